package clamd.vproxy.supervisor.commands.demo;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks a clamd whether it is ready, within a time limit. Stateless. */
final class Ping {
    private static final byte[] COMMAND = "zPING\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = "PONG\0".getBytes(StandardCharsets.US_ASCII);

    private Ping() {}

    /** Whether clamd answers a PING; a missing listener, a full backlog and silence all mean no. */
    static boolean answers(UnixDomainSocketAddress address, Duration limit) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            // non-blocking from the start: a connect to a full backlog would wait without limit
            channel.configureBlocking(false);
            if (!channel.connect(address)) {
                return false;
            }
            channel.write(ByteBuffer.wrap(COMMAND));
            channel.register(selector, SelectionKey.OP_READ);
            ByteBuffer answer = ByteBuffer.allocate(ANSWER.length);
            // clamd writes its answer in one piece
            return selector.select(limit.toMillis()) == 1
                    && channel.read(answer) == ANSWER.length
                    && answer.flip().equals(ByteBuffer.wrap(ANSWER));
        } catch (IOException _) {
            return false;
        }
    }
}
