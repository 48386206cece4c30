package clamd.vproxy.worker.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import clamd.vproxy.worker.testing.TestGuest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ChannelSocketTest {
    @TempDir Path folder;

    @Test
    void anotherThreadWakesABlockedReader() throws Exception {
        try (TestGuest guest = TestGuest.connect(folder);
                StreamSocket ours = guest.ours()) {
            FutureTask<Integer> reading =
                    new FutureTask<>(() -> ours.read(ByteBuffer.allocate(10)));
            Thread.ofPlatform().daemon().start(reading);
            ours.shutdownInput();

            assertThat(reading.get(10, TimeUnit.SECONDS)).isEqualTo(-1);
        }
    }

    @Test
    void anotherThreadWakesABlockedWriter() throws Exception {
        try (TestGuest guest = TestGuest.connect(folder);
                StreamSocket ours = guest.ours()) {
            FutureTask<Boolean> writing =
                    new FutureTask<>(() -> {
                        try {
                            ours.write(ByteBuffer.allocate(64 << 20));
                            return false;
                        } catch (IOException _) {
                            return true;
                        }
                    });
            Thread.ofPlatform().daemon().start(writing);
            ours.shutdownOutput();

            assertThat(writing.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void shuttingDownAndClosingMayBeRepeatedAndComeLate() throws Exception {
        TestGuest guest = TestGuest.connect(folder);
        StreamSocket ours = guest.ours();
        guest.close();
        for (int i = 0; i < 2; i++) {
            ours.shutdownInput();
            ours.shutdownOutput();
        }
        for (int i = 0; i < 2; i++) {
            ours.close();
            ours.shutdownInput();
            ours.shutdownOutput();
        }
        assertThatIOException().isThrownBy(() -> ours.read(ByteBuffer.allocate(1)));
    }

    @Test
    void allThatRemainsIsWritten() throws Exception {
        try (TestGuest guest = TestGuest.connect(folder);
                StreamSocket ours = guest.ours()) {
            ByteBuffer bytes = ByteBuffer.wrap("xxPONGyy".getBytes(US_ASCII));
            ours.write(bytes.position(2).limit(6));
            ours.shutdownOutput();

            assertThat(guest.receiveAll()).isEqualTo("PONG");
            assertThat(bytes.hasRemaining()).isFalse();
        }
    }
}
