package clamd.vproxy.supervisor.connections.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketOwnerTest {
    @TempDir private Path folder;

    @Test
    void userAndGroupAreGivenAsToChown() {
        assertThat(SocketOwner.parse("vmm"))
                .isEqualTo(new SocketOwner(Optional.of("vmm"), Optional.empty()));
        assertThat(SocketOwner.parse("vmm:kvm"))
                .isEqualTo(new SocketOwner(Optional.of("vmm"), Optional.of("kvm")));
        assertThat(SocketOwner.parse(":kvm"))
                .isEqualTo(new SocketOwner(Optional.empty(), Optional.of("kvm")));
        assertThat(SocketOwner.parse("vmm:"))
                .isEqualTo(new SocketOwner(Optional.of("vmm"), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "a:b:c", "::", ":a:"})
    void anythingElseIsExplained(String text) {
        assertThatThrownBy(() -> SocketOwner.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text + "\" is not of the form USER, USER:GROUP or :GROUP");
    }

    @Test
    void aFileIsGivenToThem() throws Exception {
        Path file = Files.createFile(folder.resolve("f"));
        PosixFileAttributes before = Files.readAttributes(file, PosixFileAttributes.class);
        // the user who runs this test may at least give a file to themselves
        String user = before.owner().getName().equals("root") ? "daemon" : before.owner().getName();
        String group =
                before.group().getName().equals("root") ? "daemon" : before.group().getName();

        SocketOwner.parse(user + ":" + group).take(file);

        PosixFileAttributes after = Files.readAttributes(file, PosixFileAttributes.class);
        assertThat(after.owner().getName()).isEqualTo(user);
        assertThat(after.group().getName()).isEqualTo(group);
    }

    @Test
    void anUnknownUserIsAnError() throws Exception {
        Path file = Files.createFile(folder.resolve("f"));
        assertThatThrownBy(() -> SocketOwner.parse("no-such-user").take(file))
                .isInstanceOf(IOException.class)
                .hasMessage("this system has no user \"no-such-user\"");
        assertThatThrownBy(() -> SocketOwner.parse(":no-such-group").take(file))
                .isInstanceOf(IOException.class)
                .hasMessage("this system has no group \"no-such-group\"");
    }
}
