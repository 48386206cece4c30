package clamd.vproxy.hooks.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes requests from a spool whenever the bell rings, and answers as the test says. */
final class FakeSupervisor implements AutoCloseable {
    /** What it does about a request. */
    @FunctionalInterface
    interface Reply {
        void to(Path answer) throws Exception;
    }

    private final Path spool;
    private final Reply reply;
    private final RandomAccessFile bell;
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closing;

    private FakeSupervisor(Path spool, Reply reply) throws Exception {
        this.spool = spool;
        this.reply = reply;
        this.bell = Bell.open(Bell.make(spool.resolve("bell")));
        this.thread = Thread.ofPlatform().name("fake-supervisor").daemon().start(this::serve);
    }

    /** One that answers every request with this line. */
    static FakeSupervisor answering(Path spool, String line) throws Exception {
        return replying(
                spool,
                answer ->
                        Files.move(
                                Files.writeString(spool.resolve("half-written"), line + "\n"),
                                answer));
    }

    static FakeSupervisor replying(Path spool, Reply reply) throws Exception {
        return new FakeSupervisor(spool, reply);
    }

    /** The next request's text; fails if there is none within half a minute. */
    String request() throws InterruptedException {
        String request = requests.poll(30, TimeUnit.SECONDS);
        assertThat(request).as("a request").isNotNull();
        return request;
    }

    private void serve() {
        try {
            while (bell.read() >= 0 && !closing) {
                try (DirectoryStream<Path> found = Files.newDirectoryStream(spool, "*.request")) {
                    for (Path request : found) {
                        take(request);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(Path request) throws IOException {
        String text = Files.readString(request);
        Files.delete(request);
        Path answer =
                spool.resolve(request.getFileName().toString().replace(".request", ".answer"));
        try {
            if (text.lines().skip(2).findFirst().orElse("").equals("start")) {
                reply.to(answer);
            }
        } catch (Exception e) {
            throw new IOException(e);
        }
        requests.add(text);
    }

    @Override
    public void close() throws IOException {
        closing = true;
        bell.write('.');
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        bell.close();
    }
}
