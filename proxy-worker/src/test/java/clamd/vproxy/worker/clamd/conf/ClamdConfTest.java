package clamd.vproxy.worker.clamd.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClamdConfTest {
    @TempDir private Path directory;

    @Test
    void anEmptyFileGivesTheUpstreamDefaults() throws Exception {
        ClamdConf conf = read("");

        assertThat(conf.maxThreads()).isEqualTo(10);
        assertThat(conf.maxQueue()).isEqualTo(100);
        assertThat(conf.maxConnectionQueueLength()).isEqualTo(200);
        assertThat(conf.streamMaxLength()).hasValue(100L << 20);
        assertThat(conf.maxFileSize()).isEqualTo(100L << 20);
        assertThat(conf.maxScanSize()).hasValue(400L << 20);
        assertThat(conf.readTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(conf.commandReadTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(conf.maxScanTime()).contains(Duration.ofMinutes(2));
        assertThat(conf.alertExceedsMax()).isFalse();
        assertThat(conf.disableCache()).isFalse();
        assertThat(conf.localSocket()).isEmpty();
        assertThat(conf.localSocketMode()).isEqualTo(0666);
        assertThat(conf.tcpSocket()).isEmpty();
        assertThat(conf.tcpAddr()).isEmpty();
        assertThat(conf.user()).isEmpty();
        assertThat(conf.group()).isEmpty();
    }

    @Test
    void aDistributionsFileIsReadWithItsOptionsThatWeDoNotUse() throws Exception {
        ClamdConf conf =
                read(
                        """
                        #Written by a package
                        LocalSocket /var/run/clamav/clamd.ctl
                        FixStaleSocket true
                        LocalSocketGroup clamav
                        LocalSocketMode 660
                        # TemporaryDirectory is left to the environment
                        User clamav
                        ReadTimeout 180
                        MaxThreads 12
                        MaxConnectionQueueLength 15
                        LogFacility LOG_LOCAL6
                        MaxQueue 100
                        MaxScanTime 90000
                        MaxScanSize 100M
                        MaxFileSize 25M
                        StreamMaxLength 25M
                        CommandReadTimeout 20
                        AlertExceedsMax yes
                        DisableCache true
                        TCPSocket 3310
                        TCPAddr 127.0.0.1
                        TCPAddr ::1
                        """);

        assertThat(conf.localSocket()).contains(Path.of("/var/run/clamav/clamd.ctl"));
        assertThat(conf.group()).contains("clamav");
        assertThat(conf.localSocketMode()).isEqualTo(0660);
        assertThat(conf.user()).contains("clamav");
        assertThat(conf.readTimeout()).isEqualTo(Duration.ofMinutes(3));
        assertThat(conf.maxThreads()).isEqualTo(12);
        assertThat(conf.maxConnectionQueueLength()).isEqualTo(15);
        assertThat(conf.maxScanTime()).contains(Duration.ofSeconds(90));
        assertThat(conf.maxScanSize()).hasValue(100L << 20);
        assertThat(conf.commandReadTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(conf.alertExceedsMax()).isTrue();
        assertThat(conf.disableCache()).isTrue();
        assertThat(conf.tcpSocket()).hasValue(3310);
        assertThat(conf.tcpAddr()).containsExactly("127.0.0.1", "::1");
    }

    @Test
    void theFirstOfTwoWins() throws Exception {
        ClamdConf conf = read("MaxThreads 3\nMaxThreads 4\nUser a\nUser b\n");

        assertThat(conf.maxThreads()).isEqualTo(3);
        assertThat(conf.user()).contains("a");
    }

    @Test
    void aSecondOccurrenceStillHasToBeRight() {
        assertRefused("MaxThreads 3\nMaxThreads x\n", 2, "MaxThreads is not a whole number: \"x\"");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "5k, 5120",
        "5K, 5120",
        "7m, 7340032",
        "7M, 7340032",
        "3g, 3221225472",
        "3G, 3221225472",
        "010, 8",
        "010M, 8388608",
        "8589934591G, 9223372035781033984"
    })
    void sizesAreBinaryAndOctalAfterAZero(String text, long bytes) throws Exception {
        assertThat(read("StreamMaxLength " + text).streamMaxLength()).hasValue(bytes);
        assertThat(read("MaxScanSize " + text).maxScanSize()).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "00", "0M", "9223372036854775808", "99999999999G"})
    void zeroAndMoreThan63BitsAreUnlimited(String text) throws Exception {
        ClamdConf conf = read("StreamMaxLength " + text + "\nMaxScanSize " + text);

        assertThat(conf.streamMaxLength()).isEmpty();
        assertThat(conf.maxScanSize()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "25MB", "1.5M", "-1", "0x10", "3T", "08", "09M", "7M # x", "\" 7M\"", "= 7M", "M",
                "7 M"
            })
    void whatIsNoSizeToClamdIsRefused(String text) {
        assertRefused("MaxFileSize " + text + "\n", 1, "MaxFileSize");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2147483646", "5G"})
    void filesOver2GiBAreNeverScannedWhateverTheFileSays(String text) throws Exception {
        assertThat(read("MaxFileSize " + text).maxFileSize()).isEqualTo(2147483645L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "TRUE", "True", "1"})
    void theseAreTrue(String text) throws Exception {
        assertThat(read("AlertExceedsMax " + text).alertExceedsMax()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no", "False", "0"})
    void theseAreFalse(String text) throws Exception {
        assertThat(read("DisableCache " + text + "\nDisableCache yes").disableCache()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "off", "01", "y", "yes # x"})
    void otherTruthValuesAreRefused(String text) {
        assertRefused(
                "\nDisableCache " + text,
                2,
                "DisableCache is neither yes, true, 1 nor no, false, 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "3 4", "0x3", "3M", "2147483648", "99999999999999999999"})
    void whatIsNoNumberOf32BitsIsRefused(String text) {
        assertRefused("MaxQueue " + text, 1, "MaxQueue");
    }

    @Test
    void aNumberIsAlwaysDecimal() throws Exception {
        assertThat(read("MaxThreads 010").maxThreads()).isEqualTo(10);
    }

    @Test
    void clamdDoesNotStartWithoutAThread() {
        assertRefused("MaxThreads 0", 1, "MaxThreads is 0");
    }

    @Test
    void theQueueIsAtLeastTwiceTheThreads() throws Exception {
        assertThat(read("MaxThreads 60").maxQueue()).isEqualTo(120);
        assertThat(read("MaxThreads 50").maxQueue()).isEqualTo(100);
        assertThat(read("MaxQueue 5").maxQueue()).isEqualTo(20);
        assertThat(read("MaxQueue 5").configuredMaxQueue()).isEqualTo(5);
    }

    @Test
    void zeroScanTimeIsUnlimitedAndZeroReadTimeoutIsNot() throws Exception {
        assertThat(read("MaxScanTime 0").maxScanTime()).isEmpty();
        assertThat(read("ReadTimeout 0").readTimeout()).isEqualTo(Duration.ZERO);
    }

    @Test
    void portZeroIsNoPort() throws Exception {
        assertThat(read("TCPSocket 0").tcpSocket()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"9z", "888", "u=rw", "-1"})
    void whatIsNoOctalModeIsRefused(String text) {
        assertRefused("LocalSocketMode " + text, 1, "LocalSocketMode is not an octal file mode");
    }

    @Test
    void blanksAndTabsAroundNameAndValueAreIgnored() throws Exception {
        assertThat(read(" \t MaxThreads\t  3 \t \n").maxThreads()).isEqualTo(3);
        assertThat(read("MaxThreads 7").maxThreads()).isEqualTo(7);
    }

    @Test
    void commentsCountOnlyAtTheBeginningOfALine() throws Exception {
        assertThat(read("#MaxThreads 3\n \t# MaxThreads 4\nMaxThreads 5").maxThreads())
                .isEqualTo(5);
        assertThat(read("User x #y").user()).contains("x #y");
    }

    @Test
    void linesOfUpToTwoBytesAreNothing() throws Exception {
        assertThat(read("\n\r\n \n \t\na\n \r\nMaxThreads 5\nab").maxThreads()).isEqualTo(5);
        assertRefused("ab\n", 1, "\"ab\" has no value");
    }

    @Test
    void doubleQuotesAreStrippedAndMayBeFollowedByAnything() throws Exception {
        assertThat(read("User \"a b\" c").user()).contains("a b");
        assertThat(read("User a\"b\"").user()).contains("a\"b\"");
        assertThat(read("User \"a\"b\"").user()).contains("a\"b");
        assertThat(read("MaxFileSize \"7M\" # x").maxFileSize()).isEqualTo(7L << 20);
        assertThat(read("User a b").user()).contains("a b");
    }

    @Test
    void quotesHaveToCloseAroundSomething() {
        assertRefused("User \"a", 1, "User has no closing quote");
        assertRefused("User \"\"", 1, "User has an empty value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"MaxThreads\n", "MaxThreads \t\n", "MaxThreads  ", "OtherOption\n"})
    void anOptionNeedsAValue(String text) {
        assertRefused(text, 1, "has no value");
    }

    @Test
    void anEqualsSignIsRefused() {
        assertRefused("MaxThreads=5\n", 1, "write a blank instead of =");
        assertRefused("MaxThreads=5 6\n", 1, "unknown option \"MaxThreads=5\"");
        assertRefused("MaxThreads = 5\n", 1, "MaxThreads is not a whole number: \"= 5\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Example\n", "  Example", "Examples of options\n"})
    void theExampleLineIsRefused(String text) {
        assertRefused("MaxThreads 3\n" + text, 2, "still has the line Example");
    }

    @Test
    void windowsLineEndsAreRefusedByName() {
        assertRefused("# c\r\n\r\nUser x\r\n", 3, "CR LF");
        assertRefused("MaxThreads 5\r\n", 1, "CR LF");
    }

    @Test
    void aByteOrderMarkIsRefusedEvenBeforeAComment() {
        assertRefused("\ufeff# c\nMaxThreads 5\n", 1, "byte order mark");
    }

    @Test
    void aNulByteIsRefused() {
        assertRefused("User a\0b\n", 1, "NUL");
    }

    @Test
    void linesHaveUpTo1023Bytes() throws Exception {
        assertThat(read("#" + "x".repeat(1022) + "\nMaxThreads 6").maxThreads()).isEqualTo(6);
        assertThat(read("User " + "u".repeat(1018)).user().orElseThrow()).hasSize(1018);
        assertRefused("#" + "x".repeat(1023) + "\n", 1, "longer than 1023 bytes");
        assertRefused("User " + "ü".repeat(510) + "\n", 1, "longer than 1023 bytes");
    }

    @Test
    void namesAreCaseSensitiveAndTheMessageSaysTheRightOne() {
        assertRefused("\n\nmaxthreads 3", 3, "unknown option maxthreads; it is written MaxThreads");
    }

    @Test
    void namesOfOtherVersionsPass() throws Exception {
        assertThat(read("OptionOfALaterVersion 1\nMaxThreads 3").maxThreads()).isEqualTo(3);
    }

    @Test
    void textsAreUtf8() throws Exception {
        assertThat(read("User jürgen").user()).contains("jürgen");
    }

    @Test
    void messagesHoldNoControlCharactersAndNoNovels() {
        assertRefused(
                "MaxThreads \u001b[31m" + "x".repeat(200),
                1,
                "\"\\u001b[31m" + "x".repeat(55) + "…\"");
    }

    @Test
    void aMissingFileIsAnIoError() {
        assertThatThrownBy(() -> ClamdConf.read(directory.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "1M, 2M, 3M, STREAM_MAX_LENGTH, 1048576",
        "2M, 1M, 3M, MAX_FILE_SIZE, 1048576",
        "2M, 3M, 1M, MAX_SCAN_SIZE, 1048576",
        "1M, 1M, 1M, STREAM_MAX_LENGTH, 1048576",
        "2M, 1M, 1M, MAX_FILE_SIZE, 1048576",
        "0, 0, 1M, MAX_SCAN_SIZE, 1048576",
        "0, 0, 0, MAX_FILE_SIZE, 2147483645",
        "3G, 4G, 0, MAX_FILE_SIZE, 2147483645"
    })
    void theSmallestOfThreeLimitsBoundsFullyScannedStreams(
            String stream, String file, String scan, StreamBound bound, long bytes)
            throws Exception {
        ClamdConf conf =
                read(
                        "StreamMaxLength %s\nMaxFileSize %s\nMaxScanSize %s\n"
                                .formatted(stream, file, scan));

        assertThat(conf.bindingLimit()).isEqualTo(bound);
        assertThat(conf.largestHonestStream()).isEqualTo(bytes);
    }

    private ClamdConf read(String text) throws IOException, ClamdConfException {
        return ClamdConf.read(Files.writeString(file(), text, StandardCharsets.UTF_8));
    }

    private void assertRefused(String text, int line, String problem) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(ClamdConfException.class)
                .hasMessageStartingWith(file() + ":" + line + ": ")
                .hasMessageContaining(problem)
                .message()
                .doesNotContain("\n");
    }

    private Path file() {
        return directory.resolve("clamd.conf");
    }
}
