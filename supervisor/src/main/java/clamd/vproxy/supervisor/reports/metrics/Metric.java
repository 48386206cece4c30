package clamd.vproxy.supervisor.reports.metrics;

import java.util.List;

/**
 * All metrics of our own, as the README lists them. Units are Prometheus' base units. Immutable.
 */
enum Metric {
    BUILD_INFO(Kind.INFO, "build", "This clamd-vproxy.", "version"),
    GUESTS(Kind.GAUGE, "guests", "Guests that run."),
    GUEST_INFO(
            Kind.INFO,
            "guest",
            "A guest that runs, and the rule of the policy file that holds for it.",
            "domain",
            "uuid",
            "cid",
            "libvirt",
            "rule"),
    CONNECTIONS(
            Kind.GAUGE,
            "connections",
            "Connections of a guest that are served, or wait for its quota or rate, or a pause.",
            "domain",
            "state"),
    CONNECTIONS_LIMIT(
            Kind.GAUGE,
            "connections_limit",
            "Connections of a guest that may be served at once.",
            "domain"),
    LONGEST_WAIT(
            Kind.GAUGE,
            "longest_wait_seconds",
            "How long the connection has waited that waits longest for the guest's quota or rate, or"
                    + " a pause.",
            "domain"),
    SESSIONS(
            Kind.COUNTER,
            "sessions",
            "Sessions that have ended, by what was asked, what came of it and how it ended.",
            "domain",
            "command",
            "verdict",
            "termination"),
    STREAM_BYTES(
            Kind.COUNTER, "stream_bytes", "File data taken from a guest for scanning.", "domain"),
    WAIT_SECONDS(
            Kind.COUNTER,
            "wait_seconds",
            "Time for which a guest's sessions waited: for its connection quota or rate (queue), a"
                    + " place at clamd (place), its byte rate or clamd's temporary directory (pause),"
                    + " a scan slot (slot).",
            "domain",
            "wait"),
    SCANNING_SECONDS(
            Kind.COUNTER,
            "scanning_seconds",
            "Time for which clamd scanned a guest's streams.",
            "domain"),
    REFUSALS(
            Kind.COUNTER,
            "refusals",
            "Sessions of a guest that a limit ended, by its name in the policy file or among the"
                    + " options.",
            "domain",
            "limit"),
    DRY_RUN_REFUSALS(
            Kind.COUNTER,
            "dry_run_refusals",
            "Sessions that a rule with dryRun would have ended.",
            "domain",
            "limit"),
    DAILY_BYTES_LEFT(
            Kind.GAUGE,
            "daily_bytes_left",
            "File data that may be taken today from a guest that has a limit for it.",
            "domain"),
    DAILY_SCANS_LEFT(
            Kind.GAUGE,
            "daily_scans_left",
            "Scans that a guest may have today, if it has a limit for them.",
            "domain"),
    SESSION_WAIT(
            Kind.HISTOGRAM,
            "session_wait_seconds",
            "How long sessions of all guests waited for each of the things of wait_seconds.",
            "wait"),
    SCAN(
            Kind.HISTOGRAM,
            "scan_seconds",
            "How long clamd took for a stream, from its end marker to the reply."),
    UNKNOWN_PEER_REFUSALS(
            Kind.COUNTER,
            "unknown_peer_refusals",
            "Connections refused because no running guest has their CID."),
    HOST_CONNECTIONS(
            Kind.GAUGE, "host_connections", "Connections of all guests, served or waiting."),
    HOST_CONNECTIONS_LIMIT(
            Kind.GAUGE, "host_connections_limit", "Connections that the host holds at most."),
    UPLOADS_WAITING(
            Kind.GAUGE, "uploads_waiting", "Streams that wait for a place at a clamd, or for one."),
    CLAMD_UP(Kind.GAUGE, "clamd_up", "1 if a clamd answers, 0 if not.", "clamd"),
    CLAMD_INFO(Kind.INFO, "clamd", "The version that clamd tells.", "clamd", "version"),
    SIGNATURE_VERSION(
            Kind.GAUGE,
            "clamd_signature_version",
            "Version of clamd's daily signatures, if it tells one.",
            "clamd"),
    SIGNATURE_AGE(
            Kind.GAUGE,
            "clamd_signature_age_seconds",
            "Time since clamd's daily signatures were made, if it tells when.",
            "clamd"),
    UPLOADS(Kind.GAUGE, "uploads", "Streams that are open at a clamd.", "clamd"),
    UPLOADS_LIMIT(Kind.GAUGE, "uploads_limit", "Streams that may be open at a clamd.", "clamd"),
    SCANS(Kind.GAUGE, "scan_slots_used", "Streams that a clamd scans.", "clamd"),
    SCAN_SLOTS(Kind.GAUGE, "scan_slots", "Streams that a clamd may scan at once.", "clamd"),
    SCANS_WAITING(
            Kind.GAUGE,
            "scans_waiting",
            "Whole streams that wait for a scan slot of a clamd.",
            "clamd"),
    POLICY_INFO(Kind.INFO, "policy", "The policies in force.", "revision"),
    POLICY_LOADED(
            Kind.GAUGE,
            "policy_loaded_timestamp_seconds",
            "Since when these policies are in force, in Unix time."),
    POLICY_CORRECT(
            Kind.GAUGE,
            "policy_last_reload_successful",
            "1 if the policy file as it is now is in force, 0 if it is wrong."),
    POLICY_WRONG_SINCE(
            Kind.GAUGE,
            "policy_error_timestamp_seconds",
            "Since when the policy file is wrong, in Unix time; absent if it is not."),
    AUDIT_RECORDS(Kind.COUNTER, "audit_records", "Records in the audit file, if there is one."),
    AUDIT_RECORDS_LOST(
            Kind.COUNTER,
            "audit_records_lost",
            "Records that could not be written to the audit file."),
    AUDIT_WRITABLE(
            Kind.GAUGE,
            "audit_writable",
            "1 if the last attempt to write to the audit file succeeded, 0 if not."),
    LIBVIRT_CONNECTED(
            Kind.GAUGE,
            "libvirt_connected",
            "1 if there is a connection to a libvirt, 0 if not.",
            "uri"),
    LIBVIRT_GUESTS(
            Kind.GAUGE,
            "libvirt_guests",
            "Guests of a libvirt that are known, also while there is no connection.",
            "uri"),
    LIBVIRT_LAST_LIST(
            Kind.GAUGE,
            "libvirt_last_list_timestamp_seconds",
            "When the domains of a libvirt were last listed, in Unix time; absent before the first time.",
            "uri");

    /** What all names begin with. */
    static final String PREFIX = "clamd_vproxy_";

    /** What a metric's values mean. */
    enum Kind {
        GAUGE(""),
        COUNTER("_total"),
        INFO("_info"),
        HISTOGRAM("");

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }
    }

    private final Kind kind;
    private final String name;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // List.of() is
    private final List<String> labels;

    Metric(Kind kind, String name, String help, String... labels) {
        this.kind = kind;
        this.name = PREFIX + name;
        this.help = help;
        this.labels = List.of(labels);
    }

    Kind kind() {
        return kind;
    }

    /** Its name without the suffix that its kind gives it. */
    String baseName() {
        return name;
    }

    /** Its name in queries. */
    String fullName() {
        return name + kind.suffix;
    }

    String help() {
        return help;
    }

    List<String> labels() {
        return labels;
    }
}
