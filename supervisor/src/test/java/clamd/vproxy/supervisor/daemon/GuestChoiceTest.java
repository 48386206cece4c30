package clamd.vproxy.supervisor.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.reports.control.ControlException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which guest a name, UUID or CID on the command line means. */
class GuestChoiceTest {
    private static final Guest WEB = guest("qemu:///system", 1, "web-1", OptionalLong.of(3));
    private static final Guest THREE = guest("qemu:///system", 2, "3", OptionalLong.of(4));
    private static final Guest TWIN = guest("lxc:///", 3, "web-1", OptionalLong.empty());

    private static Guest guest(String source, int number, String name, OptionalLong cid) {
        return new Guest(source, new UUID(0xabcL << 16, number), name, number, cid, Set.of());
    }

    @Test
    void aGuestIsFoundByItsNameItsUuidAndItsCid() throws Exception {
        List<Guest> guests = List.of(WEB, THREE);
        assertThat(GuestChoice.of(guests, "web-1")).isEqualTo(WEB);
        assertThat(GuestChoice.of(guests, "00000000-0abc-0000-0000-000000000001")).isEqualTo(WEB);
        assertThat(GuestChoice.of(guests, "00000000-0ABC-0000-0000-000000000001")).isEqualTo(WEB);
        assertThat(GuestChoice.of(guests, "4")).isEqualTo(THREE);
    }

    @Test
    void aNameThatIsAnotherGuestsCidIsNotGuessed() {
        assertThatThrownBy(() -> GuestChoice.of(List.of(WEB, THREE), "3"))
                .isInstanceOf(ControlException.class)
                .hasMessage(
                        "\"3\" is 3 (UUID 00000000-0abc-0000-0000-000000000002, CID 4, at"
                                + " qemu:///system) and web-1 (UUID"
                                + " 00000000-0abc-0000-0000-000000000001, CID 3, at"
                                + " qemu:///system); name one by its UUID");
    }

    @Test
    void twoOfOneNameAreNotGuessedEither() {
        assertThatThrownBy(() -> GuestChoice.of(List.of(WEB, TWIN), "web-1"))
                .hasMessageContaining("CID 3, at qemu:///system) and web-1 (UUID")
                .hasMessageContaining("no CID, at lxc:///); name one by its UUID");
    }

    @Test
    void nobodyIsSaidToBeNobody() {
        assertThatThrownBy(() -> GuestChoice.of(List.of(WEB), "db"))
                .hasMessage("no guest that runs has the name, UUID or CID \"db\"");
        assertThatThrownBy(() -> GuestChoice.of(List.of(WEB), null))
                .hasMessage("name a guest: its name, UUID or CID");
    }
}
