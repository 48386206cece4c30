package clamd.vproxy.supervisor.commands.live;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.commands.Outcome;
import clamd.vproxy.supervisor.testing.TestGuest;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The commands that show the guests and tenants of a running daemon. */
@Tag("libvirt")
@Timeout(60)
class GuestCommandsTest extends ControlCommandFixture {
    @Test
    void theGuestsAreForPeopleAndForPrograms() throws Exception {
        Files.writeString(
                file,
                """
                {"version": 1, "rules": [
                  {"match": {"name": "a"}, "maxDailyBytes": "3GiB", "maxDailyScans": 20},
                  {"match": {"name": "b"}, "deny": true}]}
                """);
        assertThat(Outcome.of("policy", "reload", socket()).exitCode()).isZero();
        Outcome text = Outcome.of("guests", "--wide", socket());
        assertThat(text.exitCode()).isZero();
        assertThat(text.err()).isEmpty();
        assertThat(text.out().stream().map(line -> line.replaceAll("  +", "|")))
                .containsExactly(
                        "NAME|UUID|CID|TENANT|STATE|CONNECTIONS|WAITING|BYTES TODAY|BYTES LEFT|SCANS TODAY|SCANS LEFT|RULE",
                        "a|%s|3|-|open|0/10|0|0|3.0GiB|0|20|rules[0]@%s:2"
                                .formatted(new TestGuest("a", 3).uuid(), file),
                        "b|%s|4|-|open|0/0|0|0|-|0|-|rules[1]@%s:3, denied"
                                .formatted(new TestGuest("b", 4).uuid(), file));

        JsonNode guests = json(Outcome.of("guests", "--json", socket())).get("guests");
        assertThat(guests).hasSize(2);
        assertThat(guests.get(0).get("cid").longValue()).isEqualTo(3);
        assertThat(guests.get(0).get("today").get("bytesLeft").longValue()).isEqualTo(3L << 30);
        assertThat(guests.get(1).get("denied").booleanValue()).isTrue();
        assertThat(guests.get(1).get("today").get("scansLeft").isNull()).isTrue();
    }

    @Test
    void guestsAreSortedAndChosenByNameTenantAndState() throws Exception {
        Files.writeString(
                file,
                """
                {"version": 1, "rules": [
                {"match": {"name": "a"}, "tenant": "acme"}, {"match": {"name": "b"}, "deny": true}]}
                """);
        Outcome.of("policy", "reload", socket());
        assertThat(Outcome.of("guests", socket()).out().stream().map(l -> l.replaceAll("  +", "|")))
                .containsExactly(
                        "NAME|TENANT|STATE|CONN|WAIT|TODAY|SCANS",
                        "a|acme|open|0/10|0|0|0",
                        "b|-|denied|0/0|0|0|0");
        assertThat(Outcome.of("guests", socket(), "--filter=ACM").out())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("a "))
                .endsWith("1 of 2 guests");
        assertThat(Outcome.of("guests", socket(), "--state=denied", "--sort=scans").out())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("b "));
        assertThat(Outcome.of("guests", socket(), "--sort=x").exitCode()).isEqualTo(64);
    }

    @Test
    void oneGuestIsForPeopleAndForPrograms() throws Exception {
        Outcome text = Outcome.of("guest", "a", socket());
        assertThat(text.exitCode()).isZero();
        assertThat(text.out())
                .contains(
                        "Name:            a",
                        "CID:             3",
                        "State:           open",
                        "Rule:            unmatched",
                        "Connections:     0 of 10",
                        "Waiting:         0 connections, 0 sessions queued at clamd, the longest for 0.0s",
                        "Today:           0 of file data (no limit), 0 scans (no limit)",
                        "Since its start: 0 sessions, 0 of file data, 0 scans, 0 of them cached",
                        "Verdicts:        none",
                        "maxStreamSize          100.0MiB                   built-in");
        assertThat(text.out().getLast()).startsWith("SESSION  GUEST");
        JsonNode json = json(Outcome.of("guest", "3", "--json", socket()));
        assertThat(json.get("guest").get("name").textValue()).isEqualTo("a");

        Outcome nobody = Outcome.of("guest", "nobody", socket());
        assertThat(nobody.exitCode()).isEqualTo(1);
        assertThat(nobody.err())
                .containsExactly(
                        "clamd-vproxy guest: the daemon says: no guest that runs has the name,"
                                + " UUID or CID \"nobody\"");
    }

    @Test
    void aGuestWithoutHashesHasANoteThatNoVerdictIsRemembered() throws Exception {
        String note = "No verdict is remembered, for hashStreams is false.";
        assertThat(Outcome.of("guest", "a", socket()).out()).doesNotContain(note);
        Files.writeString(
                stage.folder().resolve("policy.json"),
                """
                {"version": 1, "defaults": {"hashStreams": false}}
                """);
        Outcome.of("policy", "reload", socket());
        assertThat(Outcome.of("guest", "a", socket()).out()).contains(note);
    }

    @Test
    void aTenantWithoutGuestsIsDrainedButSaidToHaveNone() {
        Outcome outcome = Outcome.of("drain", socket(), "--tenant=typo");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .containsExactly(
                        "Tenant typo: draining; connections: 0, waiting: 0",
                        "No guest of it runs now; the order holds for those that start later.");
    }

    @Test
    void tenantsAreListedAndOneIsShownWithItsGuests() throws Exception {
        Files.writeString(
                file,
                """
                {"version": 1, "tenants": {"acme": {"maxConnections": 30}},
                 "rules": [{"match": {"name": "a"}, "tenant": "acme"}]}
                """);
        Outcome.of("policy", "reload", socket());
        Outcome all = Outcome.of("tenants", socket());
        assertThat(all.exitCode()).isZero();
        assertThat(all.out()).hasSize(3);
        assertThat(all.out().get(1)).startsWith("acme ");
        Outcome one = Outcome.of("tenant", socket(), "acme");
        assertThat(one.exitCode()).isZero();
        assertThat(String.join("\n", one.out()))
                .contains("acme", "maxConnections")
                .containsPattern("(?m)^a ");
        Outcome none = Outcome.of("tenant", socket(), "acm");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err())
                .containsExactly(
                        "clamd-vproxy tenant: the daemon says: no guest that runs is of the tenant"
                                + " \"acm\"");
        assertThat(json(Outcome.of("tenants", "--json", socket())).get("tenants")).hasSize(2);
    }
}
