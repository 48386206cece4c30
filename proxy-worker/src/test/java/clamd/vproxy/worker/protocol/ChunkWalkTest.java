package clamd.vproxy.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.worker.protocol.ChunkWalk.State;
import clamd.vproxy.worker.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ChunkWalkTest {
    private static final long LARGEST_LENGTH = (1L << 32) - 1;

    @Test
    void theFirstFewThousandChunksMayBeAsSmallAsTheyLike() {
        ChunkWalk walk = new ChunkWalk(10, 1 << 20);
        for (int i = 0; i < 4096; i++) {
            assertThat(walk.walk(buffer(chunk(1)))).isEqualTo(5);
        }
        assertThat(walk.state()).isEqualTo(State.OPEN);
    }

    @Test
    void afterThemTooSmallChunksEndTheStream() {
        ChunkWalk walk = new ChunkWalk(10, 1 << 20);
        int passed = 0;
        while (walk.state() == State.OPEN) {
            passed += walk.walk(buffer(chunk(1)));
        }
        assertThat(walk.state()).isEqualTo(State.CHUNKS_TOO_SMALL);
        // one more chunk for each 256 bytes there were
        assertThat(passed / 5).isEqualTo(4096 + 4096 / 256);
    }

    @Test
    void wholeChunksPassUnchangedAndTheEndMarkerStaysBehind() {
        ChunkWalk walk = new ChunkWalk(100, 100);
        ByteBuffer stream = buffer(chunk(3), chunk(5), header(0));

        assertThat(walk.walk(stream)).isEqualTo(4 + 3 + 4 + 5);
        assertThat(walk.state()).isEqualTo(State.ENDED);
        assertThat(walk.streamBytes()).isEqualTo(8);
        assertThat(stream.position()).isZero();
        assertThat(stream.remaining()).isEqualTo(20);
    }

    @Test
    void theWalkBeginsAtThePositionOfTheBuffer() {
        ByteBuffer stream = buffer(new byte[10], chunk(3));

        assertThat(new ChunkWalk(100, 100).walk(stream.position(10))).isEqualTo(7);
    }

    @Test
    void anEmptyStreamEndsWithoutAnythingToForward() {
        ChunkWalk walk = new ChunkWalk(0, 0);

        assertThat(walk.walk(buffer(header(0)))).isZero();
        assertThat(walk.state()).isEqualTo(State.ENDED);
        assertThat(walk.streamBytes()).isZero();
    }

    @Test
    void aChunkOneBelowAndExactlyAtItsLimitPasses() {
        for (long limit : new long[] {2, 1000, LARGEST_LENGTH}) {
            assertThat(stateAfter(limit, Long.MAX_VALUE, header(limit - 1))).isEqualTo(State.OPEN);
            assertThat(stateAfter(limit, Long.MAX_VALUE, header(limit))).isEqualTo(State.OPEN);
        }
    }

    @Test
    void aChunkOneAboveItsLimitIsNotForwarded() {
        ChunkWalk walk = new ChunkWalk(5, 1000);

        assertThat(walk.walk(buffer(chunk(5), chunk(6)))).isEqualTo(9);
        assertThat(walk.state()).isEqualTo(State.CHUNK_TOO_LARGE);
        assertThat(walk.streamBytes()).isEqualTo(5);
    }

    @Test
    void theSumOfChunksIsLimitedExactly() {
        assertThat(stateAfter(10, 9, chunk(4), chunk(4))).isEqualTo(State.OPEN);
        assertThat(stateAfter(10, 9, chunk(4), chunk(5))).isEqualTo(State.OPEN);
        assertThat(stateAfter(10, 9, chunk(4), chunk(5), header(0))).isEqualTo(State.ENDED);
        assertThat(stateAfter(10, 9, chunk(4), chunk(6))).isEqualTo(State.STREAM_TOO_LARGE);
        assertThat(stateAfter(10, 9, chunk(4), chunk(5), chunk(1)))
                .isEqualTo(State.STREAM_TOO_LARGE);
    }

    @Test
    void lengthsAreUnsigned() {
        assertThat(stateAfter(LARGEST_LENGTH, Long.MAX_VALUE, header(LARGEST_LENGTH)))
                .isEqualTo(State.OPEN);
        assertThat(stateAfter(LARGEST_LENGTH - 1, Long.MAX_VALUE, header(LARGEST_LENGTH)))
                .isEqualTo(State.CHUNK_TOO_LARGE);
        assertThat(stateAfter(LARGEST_LENGTH, LARGEST_LENGTH - 1, header(LARGEST_LENGTH)))
                .isEqualTo(State.STREAM_TOO_LARGE);
        assertThat(stateAfter(1000, 1000, header(0x8000_0000L))).isEqualTo(State.CHUNK_TOO_LARGE);
    }

    @Test
    void withALimitOfZeroOnlyTheEmptyStreamPasses() {
        assertThat(stateAfter(0, 1000, header(1))).isEqualTo(State.CHUNK_TOO_LARGE);
        assertThat(stateAfter(1000, 0, header(1))).isEqualTo(State.STREAM_TOO_LARGE);
        assertThat(stateAfter(0, 0, header(0))).isEqualTo(State.ENDED);
    }

    @Test
    void aFinalStateIsFinal() {
        ChunkWalk walk = new ChunkWalk(10, 10);
        walk.walk(buffer(header(0)));

        assertThat(walk.walk(buffer(chunk(3)))).isZero();
        assertThat(walk.state()).isEqualTo(State.ENDED);
    }

    @Test
    void anIncompleteHeaderIsLeftForTheNextWalk() {
        ChunkWalk walk = new ChunkWalk(10, 10);
        byte[] header = header(2);
        for (int present = 0; present < 4; present++) {
            assertThat(walk.walk(buffer(header).limit(present))).isZero();
            assertThat(walk.state()).isEqualTo(State.OPEN);
        }
        assertThat(walk.walk(buffer(header))).isEqualTo(4);
    }

    @Test
    void onlyDataThatHasArrivedIsCounted() {
        ChunkWalk walk = new ChunkWalk(LARGEST_LENGTH, Long.MAX_VALUE);
        walk.walk(buffer(header(LARGEST_LENGTH), new byte[7]));

        assertThat(walk.streamBytes()).isEqualTo(7);
    }

    @Test
    void negativeLimitsAreNoLimits() {
        assertThatThrownBy(() -> new ChunkWalk(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ChunkWalk(0, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void forwardedBytesDoNotDependOnHowInputIsSplit() {
        Seeds.forEach(
                20_000,
                random -> {
                    long maxChunk = random.nextInt(12);
                    long maxStream = random.nextInt(30);
                    byte[] stream = stream(random);
                    Reference reference = new Reference(maxChunk, maxStream, stream);

                    Walked walked =
                            walkAll(new ChunkWalk(maxChunk, maxStream), Seeds.cut(stream, random));

                    assertThat(walked.state).isEqualTo(reference.state);
                    assertThat(walked.forwarded).isEqualTo(reference.forwarded());
                    assertThat(walked.streamBytes).isEqualTo(reference.streamBytes);
                });
    }

    @Test
    void everySinglePointOfSplittingGivesTheSame() {
        Seeds.forEach(
                500,
                random -> {
                    byte[] stream = stream(random);
                    Reference reference = new Reference(8, 20, stream);
                    for (int at = 0; at <= stream.length; at++) {
                        List<byte[]> halves =
                                List.of(
                                        Arrays.copyOfRange(stream, 0, at),
                                        Arrays.copyOfRange(stream, at, stream.length));
                        Walked walked = walkAll(new ChunkWalk(8, 20), halves);
                        assertThat(walked.forwarded).isEqualTo(reference.forwarded());
                        assertThat(walked.state).isEqualTo(reference.state);
                        assertThat(walked.streamBytes).isEqualTo(reference.streamBytes);
                    }
                });
    }

    private record Walked(State state, ByteBuffer forwarded, long streamBytes) {}

    /** Offers the pieces one after the other, as the relay does. */
    private static Walked walkAll(ChunkWalk walk, List<byte[]> pieces) {
        ByteArrayOutputStream forwarded = new ByteArrayOutputStream();
        byte[] kept = new byte[0];
        for (byte[] piece : pieces) {
            if (walk.state() != State.OPEN) {
                break;
            }
            byte[] offered = buffer(kept, piece).array();
            int passed = walk.walk(ByteBuffer.wrap(offered));
            forwarded.write(offered, 0, passed);
            kept = Arrays.copyOfRange(offered, passed, offered.length);
            if (walk.state() == State.OPEN) {
                assertThat(kept).hasSizeLessThan(4);
            }
        }
        return new Walked(
                walk.state(), ByteBuffer.wrap(forwarded.toByteArray()), walk.streamBytes());
    }

    /** A walk that reads one byte at a time, simple and slow. */
    private static final class Reference {
        private final ByteArrayOutputStream forwarded = new ByteArrayOutputStream();
        State state = State.OPEN;
        long streamBytes;

        ByteBuffer forwarded() {
            return ByteBuffer.wrap(forwarded.toByteArray());
        }

        Reference(long maxChunk, long maxStream, byte[] stream) {
            long left = 0;
            long declared = 0;
            int headerBytes = 0;
            long length = 0;
            for (int i = 0; i < stream.length && state == State.OPEN; i++) {
                if (left > 0) {
                    forwarded.write(stream[i]);
                    left--;
                    streamBytes++;
                    continue;
                }
                length = length * 256 + (stream[i] & 0xff);
                if (++headerBytes < 4) {
                    continue;
                }
                if (length == 0) {
                    state = State.ENDED;
                } else if (length > maxChunk) {
                    state = State.CHUNK_TOO_LARGE;
                } else if (declared + length > maxStream) {
                    state = State.STREAM_TOO_LARGE;
                } else {
                    forwarded.write(stream, i - 3, 4);
                    left = length;
                    declared += length;
                }
                headerBytes = 0;
                length = 0;
            }
        }
    }

    /** Chunks with, mostly, an end marker, now and then garbage, and something behind it. */
    private static byte[] stream(RandomGenerator random) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int chunks = random.nextInt(6); chunks > 0; chunks--) {
            int declared = random.nextInt(1, 10);
            stream.writeBytes(header(random.nextInt(40) == 0 ? random.nextLong() : declared));
            byte[] data = new byte[random.nextInt(20) == 0 ? random.nextInt(10) : declared];
            random.nextBytes(data);
            stream.writeBytes(data);
        }
        if (random.nextInt(4) > 0) {
            stream.writeBytes(header(0));
        }
        byte[] behind = new byte[random.nextInt(6)];
        random.nextBytes(behind);
        stream.writeBytes(behind);
        return stream.toByteArray();
    }

    private static State stateAfter(long maxChunk, long maxStream, byte[]... parts) {
        ChunkWalk walk = new ChunkWalk(maxChunk, maxStream);
        walk.walk(buffer(parts));
        return walk.state();
    }

    private static byte[] header(long length) {
        return ByteBuffer.allocate(4).putInt((int) length).array();
    }

    private static byte[] chunk(int length) {
        return buffer(header(length), new byte[length]).array();
    }

    private static ByteBuffer buffer(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return ByteBuffer.wrap(all.toByteArray());
    }
}
