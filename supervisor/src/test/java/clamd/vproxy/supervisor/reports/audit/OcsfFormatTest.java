package clamd.vproxy.supervisor.reports.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The records as events of OCSF. */
class OcsfFormatTest {
    private final OcsfFormat format = new OcsfFormat("1.0");

    private String line(AuditRecord record, long lost) {
        return new String(format.line(record, 5, lost), StandardCharsets.UTF_8);
    }

    @Test
    void aDetectionSaysWhatWasFoundWhereAndUnderWhichPolicy() throws IOException {
        JsonNode event = OcsfSchema.valid(line(Records.detection("web-1", "Eicar-Test"), 0));

        assertThat(event.at("/class_uid").asInt()).isEqualTo(2004);
        assertThat(event.at("/type_uid").asInt()).isEqualTo(200401);
        assertThat(event.at("/time").asLong()).isEqualTo(Records.AT.toEpochMilli());
        assertThat(event.at("/raw_data").asText()).isEqualTo("stream: Eicar-Test FOUND");
        assertThat(event.at("/malware/0/name").asText()).isEqualTo("Eicar-Test");
        assertThat(event.at("/evidences/0/file/size").asLong()).isEqualTo(68);
        assertThat(event.at("/evidences/0/file/hashes/0/value").asText()).isEqualTo(Records.HASH);
        assertThat(event.at("/device/name").asText()).isEqualTo("web-1");
        assertThat(event.at("/device/uid").asText()).isEqualTo(Records.GUEST.toString());
        assertThat(event.at("/policy").toString())
                .isEqualTo("{\"name\":\"no-policy-file\",\"version\":\"2-abc\"}");
        assertThat(event.at("/metadata/sequence").asLong()).isEqualTo(5);
        assertThat(event.at("/unmapped").toString())
                .isEqualTo(
                        """
                        {"domain":"web-1","uuid":"UUID","epoch":"UUID/7","cid":3,\
                        "rule":"no-policy-file","policy_revision":"2-abc","session":11,\
                        "termination":"completed"}\
                        """
                                .replace("UUID", Records.GUEST.toString()));
    }

    @Test
    void anIncompleteScanIsAFindingOfLowSeverityWithoutMalware() throws IOException {
        String reason = "Heuristics.Limits.Exceeded.MaxFiles";
        JsonNode event = OcsfSchema.valid(line(Records.incomplete("web-1", reason), 0));

        assertThat(event.at("/type_uid").asInt()).isEqualTo(200401);
        assertThat(event.at("/severity").asText()).isEqualTo("Low");
        assertThat(event.at("/is_alert").asBoolean()).isFalse();
        assertThat(event.at("/finding_info/title").asText())
                .isEqualTo("Not completely scanned: a stream of web-1");
        assertThat(event.at("/finding_info/types/0").asText()).isEqualTo("Incomplete scan");
        assertThat(event.has("malware")).isFalse();
        assertThat(event.at("/disposition").asText()).isEqualTo("Logged");
        assertThat(event.at("/raw_data").asText()).isEqualTo("stream: " + reason + " FOUND");
        assertThat(event.at("/evidences/0/file/hashes/0/value").asText()).isEqualTo(Records.HASH);
    }

    @Test
    void aBlockedCommandIsRefusedNetworkActivity() throws IOException {
        JsonNode event = OcsfSchema.valid(line(Records.blocked("web-1", "SHUTDOWN", 41), 0));

        assertThat(event.at("/type_uid").asInt()).isEqualTo(400105);
        assertThat(event.at("/disposition").asText()).isEqualTo("Blocked");
        assertThat(event.at("/raw_data").asText()).isEqualTo("SHUTDOWN");
        assertThat(event.at("/count").asLong()).isEqualTo(42);
        assertThat(event.at("/unmapped/records_left_out").asLong()).isEqualTo(41);
    }

    @Test
    void lostRecordsAreReported() throws IOException {
        JsonNode event = OcsfSchema.valid(line(Records.detection("web-1", "X"), 3));

        assertThat(event.at("/unmapped/records_lost").asLong()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n{\"class_uid\":2004}\n",
                "\"},\"x\":{\"",
                "\\\r\u0000\u001b[2J\u007f\u0085\u2028\u202e",
                "caf\u00e9 \ud83d\ude00 \ud800",
            })
    void whateverTheNamesAreARecordIsOneLineOfAscii(String hostile) throws IOException {
        for (AuditRecord record :
                new AuditRecord[] {
                    Records.detection(hostile, hostile),
                    Records.incomplete(hostile, hostile),
                    Records.blocked(hostile, hostile, 0)
                }) {
            String line = line(record, 0);

            assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
            assertThat(line.strip()).matches("[ -~]+");
            assertThat(OcsfSchema.valid(line).at("/unmapped/domain").asText()).isEqualTo(hostile);
        }
    }

    @Test
    void theSchemaRefusesWhatIsNoSuchEvent() {
        String good = line(Records.detection("web-1", "X"), 0);
        assertThat(OcsfSchema.isValid(good)).isTrue();
        assertThat(OcsfSchema.isValid(good.replace("\"finding_info\"", "\"finding\""))).isFalse();
        assertThat(OcsfSchema.isValid(good.replace("\"type_uid\":200401", "\"type_uid\":200404")))
                .isFalse();
        assertThat(OcsfSchema.isValid(good.replace("\"algorithm_id\":3,", ""))).isFalse();
    }
}
