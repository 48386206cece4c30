package clamd.vproxy.supervisor.pipelining;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Attackers that send hundreds of commands with each write, beside honest scanners of infected
 * archives. Confined to one thread.
 */
final class PipeliningAttack {
    /** Which each sends another archive. */
    static final List<InfectedArchive> ARCHIVES =
            IntStream.range(0, 3).mapToObj(InfectedArchive::new).toList();

    static final int ATTACKERS = 3;

    /** What clamd reads at once ({@code clamd/clamd_others.c:buf_init}). */
    private static final int CLAMDS_BUFFER_BYTES = 4104;

    private static final Duration ATTACKERS_LIMIT = Duration.ofSeconds(1);
    private static final Duration HONEST_LIMIT = Duration.ofSeconds(15);

    /** What is sent again and again; mostly what does most harm. */
    private static final List<String> COMMANDS =
            List.of(
                    "zPING\0",
                    "zPING\0",
                    "zPING\0zVERSION\0",
                    "zPING\0",
                    "zPING\0",
                    "nPING\nnVERSION\n",
                    "zPING\0",
                    "zPING\0zINSTREAM\0\0\0\0\4data\0\0\0\0");

    private final Path attackersSocket;
    private final Path honestSocket;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong writes = new AtomicLong();
    private final Replies replies = new Replies();

    /** Where the two kinds of clients connect to. */
    PipeliningAttack(Path attackersSocket, Path honestSocket) {
        this.attackersSocket = attackersSocket;
        this.honestSocket = honestSocket;
    }

    /**
     * What came of it.
     *
     * @param writes how often attackers sent a buffer full of commands
     */
    record Outcome(Replies replies, long writes) {}

    /** Attacks for this long. */
    Outcome run(int attackers, Duration length) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < attackers; i++) {
            int first = i;
            threads.add(Thread.ofPlatform().name("attacker#" + i).start(() -> attack(first)));
        }
        for (InfectedArchive archive : ARCHIVES) {
            threads.add(
                    Thread.ofPlatform()
                            .name("honest#" + archive.number())
                            .start(() -> scan(archive)));
        }
        long end = System.nanoTime() + length.toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
        }
        over.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        return new Outcome(replies, writes.get());
    }

    private void attack(int first) {
        for (int i = first; !over.get(); i++) {
            String _ = Exchange.ask(attackersSocket, burst(i), ATTACKERS_LIMIT);
            writes.incrementAndGet();
        }
    }

    /** As many commands as clamd takes at once. */
    private static byte[] burst(int index) {
        String command = COMMANDS.get(index % COMMANDS.size());
        return command.repeat(CLAMDS_BUFFER_BYTES / command.length()).getBytes(US_ASCII);
    }

    private void scan(InfectedArchive archive) {
        byte[] request = archive.request();
        while (!over.get()) {
            replies.add(Exchange.ask(honestSocket, request, HONEST_LIMIT), archive.reply());
        }
    }
}
