package clamd.vproxy.worker.daily;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import clamd.vproxy.worker.testing.ManualWallClock;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a day begins, and what is left of it. */
class DailyUsageTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-03-01");

    private final ManualWallClock clock = new ManualWallClock();
    private final DailyUsage usage = new DailyUsage(clock);

    @Test
    void bytesUpToTheLimitAreThereAndOneMoreIsNot() {
        assertThat(usage.takeBytes(7, 10)).isTrue();
        assertThat(usage.takeBytes(3, 10)).isTrue();
        assertThat(usage.takeBytes(1, 10)).isFalse();
        assertThat(usage.today()).isEqualTo(new DailyAmount(TODAY, 10, 0));
    }

    @Test
    void aStreamOfMoreThanIsLeftUsesItUp() {
        assertThat(usage.takeBytes(7, 10)).isTrue();
        assertThat(usage.takeBytes(4, 10)).isFalse();
        assertThat(usage.today().bytes()).isEqualTo(10);
    }

    @Test
    void scansUpToTheLimitAreThereAndOneMoreIsNot() {
        assertThat(usage.takeScan(2)).isTrue();
        assertThat(usage.takeScan(2)).isTrue();
        assertThat(usage.takeScan(2)).isFalse();
        assertThat(usage.today()).isEqualTo(new DailyAmount(TODAY, 0, 2));
    }

    @Test
    void aLimitOfNothingLeavesNothing() {
        assertThat(usage.takeBytes(1, 0)).isFalse();
        assertThat(usage.takeScan(0)).isFalse();
        assertThat(usage.today().isNone()).isTrue();
    }

    @Test
    void aLowerLimitTakesNothingBackAndAHigherOneGoesOn() {
        assertThat(usage.takeBytes(80, 100)).isTrue();
        assertThat(usage.takeBytes(1, 50)).isFalse();
        assertThat(usage.today().bytes()).isEqualTo(80);
        assertThat(usage.takeBytes(20, 100)).isTrue();
        assertThat(usage.takeBytes(20, 120)).isTrue();
        assertThat(usage.today().bytes()).isEqualTo(120);
    }

    @Test
    void theLargestNumbersDoNotOverflow() {
        DailyUsage full = new DailyUsage(clock, new DailyAmount(TODAY, Long.MAX_VALUE, 3));
        assertThat(full.takeBytes(Long.MAX_VALUE, Long.MAX_VALUE)).isFalse();
        assertThat(full.takeBytes(1, 10)).isFalse();
        assertThat(full.today().bytes()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aNewDayBeginsANewCount() {
        use();
        clock.set("2026-03-01T23:59:59.999999999");
        assertThat(usage.today()).isEqualTo(new DailyAmount(TODAY, 5, 1));
        clock.set("2026-03-02T00:00");
        assertThat(usage.last()).isEqualTo(new DailyAmount(TODAY, 5, 1));
        assertThat(usage.today()).isEqualTo(DailyAmount.none(TODAY.plusDays(1)));
        assertThat(usage.last()).isEqualTo(DailyAmount.none(TODAY.plusDays(1)));
    }

    @Test
    void aClockThatIsSteppedWithinTheDayChangesNothing() {
        use();
        clock.set("2026-03-01T00:00");
        assertThat(usage.today()).isEqualTo(new DailyAmount(TODAY, 5, 1));
        clock.set("2026-03-01T23:00");
        assertThat(usage.today()).isEqualTo(new DailyAmount(TODAY, 5, 1));
    }

    @ParameterizedTest
    @CsvSource({"2026-02-28T23:59", "2026-03-02T00:01", "1970-01-01T00:00", "2099-03-01T12:00"})
    void aClockThatIsSteppedOverAMidnightBeginsANewCount(String time) {
        use();
        clock.set(time);
        assertThat(usage.today().isNone()).isTrue();
        clock.set("2026-03-01T12:00");
        assertThat(usage.today()).isEqualTo(DailyAmount.none(TODAY));
    }

    @Test
    void theDayIsThatOfTheTimeZone() {
        ManualWallClock local = new ManualWallClock(ZoneId.of("Pacific/Auckland"));
        DailyUsage here = new DailyUsage(local);
        assertThat(here.takeScan(1)).isTrue();
        // midnight in UTC, where it is still the same day
        local.set("2026-03-01T13:00");
        assertThat(here.takeScan(1)).isFalse();
        local.set("2026-03-02T00:00");
        assertThat(here.takeScan(1)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"2026-03-29, 23 hours long", "2026-10-25, 25 hours long"})
    void aDayOnWhichTheClocksChangeIsOneDay(String date, String what) {
        ManualWallClock local = new ManualWallClock(ZoneId.of("Europe/Berlin"));
        local.set(date + "T00:00");
        DailyUsage here = new DailyUsage(local);
        assertThat(here.takeScan(1)).isTrue();
        local.set(date + "T23:59");
        assertThat(here.takeScan(1)).as(what).isFalse();
        local.set(LocalDate.parse(date).plusDays(1) + "T00:00");
        assertThat(here.takeScan(1)).isTrue();
    }

    @Test
    void whatWasUsedBeforeCountsOnItsOwnDayOnly() {
        DailyAmount before = new DailyAmount(TODAY, 5, 1);
        assertThat(new DailyUsage(clock, before).today()).isEqualTo(before);
        clock.set("2026-03-02T12:00");
        assertThat(new DailyUsage(clock, before).today().isNone()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "0, -1"})
    void aNegativeAmountIsRefused(long bytes, int scans) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DailyAmount(TODAY, bytes, scans))
                .withMessageContaining("cannot have been used");
    }

    private void use() {
        assertThat(usage.takeBytes(5, 10)).isTrue();
        assertThat(usage.takeScan(10)).isTrue();
    }
}
