package clamd.vproxy.supervisor.base.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTest {
    /** What a document of this program looks like. */
    record Document(String name, List<String> words, Optional<Integer> most) {}

    @Test
    void whatIsReadIsWhatWasWritten() {
        Document document = new Document("a", List.of("b", "c"), Optional.of(3));
        assertThat(Json.line(document))
                .isEqualTo("{\"name\":\"a\",\"words\":[\"b\",\"c\"],\"most\":3}");
        assertThat(Json.read(Json.line(document), Document.class)).isEqualTo(document);
    }

    @Test
    void aDocumentOfAnotherVersionMayHaveFurtherKeysAndLackListsAndOptionals() {
        assertThat(Json.read("{\"name\":\"a\",\"later\":true}", Document.class))
                .isEqualTo(new Document("a", List.of(), Optional.empty()));
    }

    @Test
    void aStrictDocumentMayNotHaveFurtherKeys() {
        assertThatThrownBy(() ->
                        Json.readStrictly(
                                "{\"name\":\"a\",\"words\":[],\"later\":true}", Document.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("later");
    }

    @Test
    void theStatusOfADaemonThatKnewNoConflictsIsReadAsOneWithoutAny() {
        DaemonStatus status =
                Json.read(
                        """
                        {"version": 2, "policy": {"file": "/p", "revision": "1-a",
                          "loadedAt": "2026-11-01T00:00:00Z", "problems": []},
                         "libvirts": [], "clamds": [], "state": "open", "guests": 1,
                         "sessions": 2, "maxSessions": 3, "queuedUploads": 0,
                         "unknownPeerRefusals": 0}
                        """,
                        DaemonStatus.class);
        assertThat(status.cidConflicts()).isEmpty();
        assertThat(status.sessions()).isEqualTo(2);
    }
}
