package clamd.vproxy.supervisor.connections.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.testing.TestGuest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HybridTemplateTest {
    private static final Guest WEB = guest("web-1");

    private static Guest guest(String name) {
        return new TestGuest(name, 3).inRun(1);
    }

    private static String path(String template, Guest guest) {
        return new HybridTemplate(template).socketOf(guest, 3400).toString();
    }

    @Test
    void namesAndUuidsTakeTheirPlaces() {
        assertThat(path("/run/vms/{name}/vsock.sock", WEB))
                .isEqualTo("/run/vms/web-1/vsock.sock_3400");
        assertThat(path("/run/{uuid}", WEB)).isEqualTo("/run/" + WEB.uuid() + "_3400");
        assertThat(path("/run/{name}/{uuid}/{name}", WEB))
                .isEqualTo("/run/web-1/" + WEB.uuid() + "/web-1_3400");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/run/vms/vsock.sock | \"/run/vms/vsock.sock\" gives all guests one socket;"
                        + " put {name} or {uuid} into it",
                "vms/{name} | \"vms/{name}\" is not an absolute path",
                "/run/{id}/{name} | \"/run/{id}/{name}\": {id} is neither {name} nor {uuid}",
                "/run/{}/{name} | \"/run/{}/{name}\": {} is neither {name} nor {uuid}",
                "/run/{Name} | \"/run/{Name}\": {Name} is neither {name} nor {uuid}",
                "/run/{name | \"/run/{name\" gives all guests one socket; put {name} or {uuid} into it"
            })
    void aTemplateThatCannotWorkIsExplained(String template, String message) {
        assertThatThrownBy(() -> new HybridTemplate(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "/", "../../etc/cron.d/x", "a/b", "/etc/passwd"})
    void aNameThatWouldLeadElsewhereIsNoPartOfAPath(String name) {
        assertThatThrownBy(() -> path("/run/vms/{name}/sock", guest(name)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the domain's name cannot be part of a path");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "a/b"})
    void anyNameIsFineWhereOnlyTheUuidCounts(String name) {
        Guest guest = guest(name);
        assertThat(path("/run/{uuid}", guest)).isEqualTo("/run/" + guest.uuid() + "_3400");
    }

    @ParameterizedTest
    @ValueSource(strings = {"...", "~", "a b", "$HOME", "a;rm -rf", "*", "vm\\1", "größe", "-x"})
    void anOddNameIsTakenAsItIs(String name) {
        assertThat(path("/run/{name}/s", guest(name))).isEqualTo("/run/" + name + "/s_3400");
    }

    @Test
    void aNulInANameIsNoPath() {
        assertThatThrownBy(() -> path("/run/{name}", guest("a\0b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("is not a path");
    }

    @Test
    void aPathAsLongAsASocketsMayBeIsAllowedAndNoLonger() {
        String longest = "x".repeat(107 - "/run/_3400".length());
        assertThat(path("/run/{name}", guest(longest))).hasSize(107);

        assertThatThrownBy(() -> path("/run/{name}", guest(longest + "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "/run/"
                                + longest
                                + "x_3400 is 108 bytes long, a socket's path can have 107");
    }

    @Test
    void theLengthIsThatOfTheBytes() {
        assertThatThrownBy(() -> path("/run/{name}", guest("ä".repeat(60))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(" is 130 bytes long");
    }

    @Test
    void aNameThatLooksLikeAPlaceholderIsJustAName() {
        assertThat(path("/run/{name}-{uuid}", guest("{uuid}")))
                .isEqualTo("/run/{uuid}-" + guest("{uuid}").uuid() + "_3400");
    }
}
