package clamd.vproxy.supervisor.reports.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.log.PrintedLog;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** A connection to the control socket that sends any bytes in two pieces. */
class ControlSocketFuzzTest {
    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final PrintedLog LOG = PrintedLog.listening();
    private static final AtomicInteger CHANGES = new AtomicInteger();
    private static final Path SOCKET = listen();

    private record Done(boolean ok, int changes) {}

    private static Path listen() {
        try {
            Path socket = TemporaryFolder.create().path().resolve("control.sock");
            ControlServer server =
                    ControlServer.open(
                            socket,
                            List.of(
                                    ControlCommand.plain(
                                            "ask", false, () -> new Done(true, CHANGES.get())),
                                    ControlCommand.plain(
                                            "change",
                                            true,
                                            () -> new Done(true, CHANGES.incrementAndGet()))),
                            System::nanoTime,
                            Duration.ofSeconds(30),
                            _ -> true);
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> end(server)));
            return socket;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void end(ControlServer server) {
        try {
            server.close();
            new TemporaryFolder(Objects.requireNonNull(SOCKET.getParent())).close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @FuzzTest(maxDuration = "10m")
    void eachLineIsAnsweredAndNothingButARequestIsCarriedOut(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        int cut = (input[0] & 0xff) * (input.length - 1) / 256;
        byte[] sent = Arrays.copyOfRange(input, 1, input.length);
        int before = CHANGES.get();
        List<String> replies =
                ask(Arrays.copyOf(sent, cut), Arrays.copyOfRange(sent, cut, sent.length));

        int changes = 0;
        List<byte[]> lines = completeLines(sent);
        assertThat(replies).hasSizeLessThanOrEqualTo(lines.size() + 1);
        for (int i = 0; i < replies.size(); i++) {
            JsonNode reply = JSON.readTree(replies.get(i));
            boolean isAnswered = i < lines.size() && lines.get(i).length <= 4096;
            String command = isAnswered ? command(lines.get(i)) : "";
            boolean known = command.equals("ask") || command.equals("change");
            assertThat(reply.get("ok").booleanValue()).as(replies.get(i)).isEqualTo(known);
            changes += command.equals("change") ? 1 : 0;
        }
        assertThat(CHANGES.get() - before).isEqualTo(changes);
        LOG.assertQuiet();
    }

    private static List<String> ask(byte[] first, byte[] second) throws IOException {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(SOCKET))) {
            try {
                channel.write(ByteBuffer.wrap(first));
                channel.write(ByteBuffer.wrap(second));
                channel.shutdownOutput();
            } catch (IOException _) {
                // a line was too long, and the server has closed
            }
            ByteBuffer buffer = ByteBuffer.allocate(8192);
            while (channel.read(buffer.clear()) >= 0) {
                heard.write(buffer.array(), 0, buffer.position());
            }
        } catch (IOException _) {
            // closed with bytes of ours unread
        }
        assertThat(heard.toString(UTF_8)).matches("([^\\p{Cntrl}]+\n)*");
        return heard.toString(UTF_8).lines().toList();
    }

    private static List<byte[]> completeLines(byte[] sent) {
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < sent.length; i++) {
            if (sent[i] == '\n') {
                lines.add(Arrays.copyOfRange(sent, from, i));
                from = i + 1;
            }
        }
        return lines;
    }

    /** What a line asks for if it is an object with this key and no other; nothing otherwise. */
    private static String command(byte[] line) {
        try {
            JsonNode request = JSON.readTree(new String(line, UTF_8));
            return request.isObject() && request.size() == 1 && request.has("command")
                    ? request.get("command").asText()
                    : "";
        } catch (JsonProcessingException _) {
            return "";
        }
    }
}
