package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FolderCheckTest {
    @Test
    void aReadOnlyFolderIsAVolumeOfKubernetesOnlyAsAFileSystemOfItsOwnWithTheKubeletsLink() {
        assertThat(isConfigMap(1, 2, 0)).isTrue();
        // read-only for us alone, as by systemd's ProtectSystem=strict
        assertThat(isConfigMap(1, 1, 0)).isFalse();
        // anybody can make a link of that name
        assertThat(isConfigMap(1, 2, 1000)).isFalse();
    }

    private static boolean isConfigMap(long parentDevice, long device, int linkOwner) {
        return FolderCheck.isConfigMap(
                Map.of("dev", parentDevice), Map.of("dev", device), Map.of("uid", linkOwner));
    }
}
