package clamd.vproxy.worker.benchmark;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.protocol.ChunkWalk;
import clamd.vproxy.worker.protocol.CommandFilter;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The pieces of code that each session or each buffer passes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HotPieces {
    private static final int CHUNK_BYTES = 8188;
    private static final int CHUNKS = 8;

    private final Set<Command> commands = EnumSet.allOf(Command.class);
    private final ByteBuffer command = ByteBuffer.wrap(Request.ascii("zINSTREAM\0"));
    private final ByteBuffer buffer = chunks();
    private final ScanSlots slots = new ScanSlots(8, System::nanoTime);

    private static ByteBuffer chunks() {
        ByteBuffer chunks = ByteBuffer.allocateDirect(CHUNKS * (4 + CHUNK_BYTES));
        for (int i = 0; i < CHUNKS; i++) {
            chunks.putInt(CHUNK_BYTES).position(chunks.position() + CHUNK_BYTES);
        }
        return chunks.flip();
    }

    /** A filter for one connection that decides on its command. */
    @Benchmark
    public CommandFilter.Decision commandFilter() {
        return CommandFilter.ofConnection(commands).decide(command.rewind());
    }

    /** A walk through 64 KiB in chunks as clamdscan sends them. */
    @Benchmark
    public int chunkWalk() {
        return new ChunkWalk(Integer.MAX_VALUE, Long.MAX_VALUE).walk(buffer);
    }

    /** A scan slot that is free, granted and given back. */
    @Benchmark
    public boolean slotGrant() {
        Optional<ScanSlots.Slot> slot =
                slots.request(Owner.ofItself("guest"), Weight.of(1), CHUNK_BYTES)
                        .await(System.nanoTime() + 1_000_000_000);
        slot.ifPresent(ScanSlots.Slot::close);
        return slot.isPresent();
    }
}
