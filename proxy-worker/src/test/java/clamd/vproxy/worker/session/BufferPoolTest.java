package clamd.vproxy.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private final BufferPool pool = new BufferPool(64, 2);

    @Test
    void aReturnedBufferIsLentAgainWithItsFullSize() {
        BufferPool.Loan first = pool.lend();
        ByteBuffer buffer = first.buffer();
        buffer.position(5).limit(7);
        first.close();

        ByteBuffer again = pool.lend().buffer();
        assertThat(again).isSameAs(buffer);
        assertThat(again.isDirect()).isTrue();
        assertThat(again.position()).isZero();
        assertThat(again.limit()).isEqualTo(64);
    }

    @Test
    void noBufferIsLentToTwoAtOnce() {
        BufferPool.Loan loan = pool.lend();
        loan.close();
        loan.close();

        assertThat(pool.lend().buffer()).isNotSameAs(pool.lend().buffer());
    }

    @Test
    void streamsWithoutAPermitHaveNoMoreBuffersThanAreKept() {
        BufferPool.Loan first = pool.lendAhead().orElseThrow();
        BufferPool.Loan second = pool.lendAhead().orElseThrow();
        assertThat(pool.lendAhead()).isEmpty();

        first.settle();
        BufferPool.Loan third = pool.lendAhead().orElseThrow();
        assertThat(pool.lendAhead()).isEmpty();
        first.close();
        assertThat(pool.lendAhead()).isEmpty();
        second.close();
        third.close();
        assertThat(pool.lendAhead()).isPresent();
    }

    @Test
    void noMoreAreKeptThanWereAskedFor() {
        List<BufferPool.Loan> loans = List.of(pool.lend(), pool.lend(), pool.lend());
        Set<ByteBuffer> lent = Collections.newSetFromMap(new IdentityHashMap<>());
        for (BufferPool.Loan loan : loans) {
            lent.add(loan.buffer());
            loan.close();
        }
        List<ByteBuffer> again =
                List.of(pool.lend().buffer(), pool.lend().buffer(), pool.lend().buffer());

        assertThat(again.stream().filter(lent::contains)).hasSize(2);
    }
}
