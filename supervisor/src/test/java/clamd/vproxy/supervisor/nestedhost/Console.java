package clamd.vproxy.supervisor.nestedhost;

import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import clamd.vproxy.worker.testing.Eventually;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The virtio console through which {@code guest-init} takes orders. Thread-safe. */
final class Console implements AutoCloseable {
    private final SocketChannel channel;
    private final Map<Integer, CompletableFuture<Output>> pending = new ConcurrentHashMap<>();
    private int last;

    private Console(SocketChannel channel, String name) {
        this.channel = channel;
        Thread.ofPlatform().daemon().name(name).start(this::follow);
    }

    /** Connects as soon as QEMU listens, which is a little later than the socket is there. */
    static Console open(Path socket) throws Exception {
        AtomicReference<SocketChannel> channel = new AtomicReference<>();
        Eventually.holds(
                "QEMU listens at " + socket,
                Shell.LIMIT,
                () -> {
                    try {
                        channel.set(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
                        return true;
                    } catch (SocketException _) {
                        return false;
                    }
                });
        return new Console(channel.get(), "console " + socket.getFileName());
    }

    /** Runs a shell command and returns what it printed. */
    String run(String command, Duration limit) throws Exception {
        Output output = order(command).get(limit.toSeconds(), TimeUnit.SECONDS);
        if (output.status() != 0) {
            throw new AssertionError(
                    "%s: exit status %d: %s".formatted(command, output.status(), output.text()));
        }
        return output.text();
    }

    /** Orders a shell command; complete when it ended, exceptionally when the guest did. */
    @CanIgnoreReturnValue
    synchronized CompletableFuture<Output> order(String command) throws IOException {
        CompletableFuture<Output> answer = new CompletableFuture<>();
        pending.put(++last, answer);
        ByteBuffer line = ByteBuffer.wrap("%d %s\n".formatted(last, command).getBytes(UTF_8));
        while (line.hasRemaining()) {
            channel.write(line);
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void follow() {
        try (BufferedReader reader = new BufferedReader(Channels.newReader(channel, UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                take(line.split(" ", 3));
            }
            end(new IOException("the guest's console was closed"));
        } catch (IOException e) {
            end(e);
        }
    }

    private void take(String[] answer) {
        CompletableFuture<Output> waiting = pending.remove(Integer.valueOf(answer[0]));
        if (waiting != null) {
            String text =
                    answer.length < 3
                            ? ""
                            : new String(Base64.getDecoder().decode(answer[2]), UTF_8);
            waiting.complete(new Output(Integer.parseInt(answer[1]), text));
        }
    }

    private void end(IOException reason) {
        pending.values().forEach(waiting -> waiting.completeExceptionally(reason));
        pending.clear();
    }
}
