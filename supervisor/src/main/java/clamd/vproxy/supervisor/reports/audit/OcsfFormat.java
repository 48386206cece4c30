package clamd.vproxy.supervisor.reports.audit;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.session.SessionResult;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes records as events of the Open Cybersecurity Schema Framework, version 1.5: a detection as
 * Detection Finding (2004), an incompletely scanned stream as a Detection Finding of low severity
 * without malware, a blocked command as Network Activity (4001). Data that the schema has no field
 * for is in {@code unmapped}. Every line is ASCII, whatever the names are. Immutable.
 */
final class OcsfFormat {
    private static final String SCHEMA_VERSION = "1.5.0";
    private static final String PRODUCT = "clamd-vproxy";

    private final String productVersion;

    /**
     * @param productVersion the version of clamd-vproxy, for readers of the records
     */
    OcsfFormat(String productVersion) {
        this.productVersion = productVersion;
    }

    /**
     * Returns a record as one line with its line end.
     *
     * @param sequence the record's number in this run of the daemon, from 1; lost records have one
     *     too
     * @param lost how many records before this one could not be written and are not reported yet
     */
    byte[] line(AuditRecord record, long sequence, long lost) {
        Map<String, Object> event =
                switch (record.kind()) {
                    case DETECTION -> malware(record);
                    case INCOMPLETE_SCAN -> incompleteScan(record);
                    case BLOCKED_COMMAND -> blockedCommand(record);
                };
        event.put("metadata", metadata(record, sequence));
        event.put("unmapped", unmapped(record, lost));
        return (Json.asciiLine(event) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static Map<String, Object> malware(AuditRecord record) {
        Map<String, Object> event =
                finding(record, 4, "High", "Malware in a stream of ", "Malware");
        event.put("is_alert", true);
        event.put("malware", List.of(malware(record.session().result())));
        event.put("disposition_id", 15);
        event.put("disposition", "Detected");
        return event;
    }

    private static Map<String, Object> incompleteScan(AuditRecord record) {
        Map<String, Object> event =
                finding(
                        record,
                        2,
                        "Low",
                        "Not completely scanned: a stream of ",
                        "Incomplete scan");
        event.put("is_alert", false);
        event.put("disposition_id", 17);
        event.put("disposition", "Logged");
        return event;
    }

    private static Map<String, Object> finding(
            AuditRecord record, int severity, String severityName, String title, String type) {
        EndedSession session = record.session();
        SessionResult result = session.result();
        String found = result.signature().orElse("") + " FOUND";
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("time", record.at().toEpochMilli());
        classify(event, 2, "Findings", 2004, "Detection Finding", 1, "Create");
        event.put("severity_id", severity);
        event.put("severity", severityName);
        event.put("status_id", 1);
        event.put("status", "New");
        event.put("message", session.guest().name() + ": " + found);
        event.put("raw_data", "stream: " + found);
        event.put("finding_info", findingInfo(record, found, title, type));
        event.put("evidences", List.of(Map.of("file", file(result))));
        event.put("device", device(session));
        event.put("resources", List.of(resource(session)));
        event.put("action_id", 3);
        event.put("action", "Observed");
        event.put("policy", policy(session));
        return event;
    }

    private static Map<String, Object> blockedCommand(AuditRecord record) {
        EndedSession session = record.session();
        String command = session.result().commandText();
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("time", record.at().toEpochMilli());
        classify(event, 4, "Network Activity", 4001, "Network Activity", 5, "Refuse");
        event.put("severity_id", 3);
        event.put("severity", "Medium");
        event.put("status_id", 2);
        event.put("status", "Failure");
        event.put("status_detail", session.result().termination().code());
        event.put("count", 1 + record.leftOut());
        event.put("message", session.guest().name() + ": command " + command + " not allowed");
        event.put("raw_data", command);
        event.put("src_endpoint", device(session));
        event.put("dst_endpoint", inOrder("name", PRODUCT, "svc_name", "clamd"));
        event.put(
                "connection_info",
                inOrder("direction_id", 1, "direction", "Inbound", "protocol_name", "vsock"));
        event.put("action_id", 2);
        event.put("action", "Denied");
        event.put("disposition_id", 2);
        event.put("disposition", "Blocked");
        event.put("policy", policy(session));
        return event;
    }

    private static void classify(
            Map<String, Object> event,
            int category,
            String categoryName,
            int type,
            String typeName,
            int activity,
            String activityName) {
        event.put("category_uid", category);
        event.put("category_name", categoryName);
        event.put("class_uid", type);
        event.put("class_name", typeName);
        event.put("activity_id", activity);
        event.put("activity_name", activityName);
        event.put("type_uid", type * 100 + activity);
        event.put("type_name", typeName + ": " + activityName);
    }

    private Map<String, Object> metadata(AuditRecord record, long sequence) {
        List<String> profiles =
                record.kind() == AuditRecord.Kind.BLOCKED_COMMAND
                        ? List.of("security_control")
                        : List.of("host", "security_control");
        Map<String, Object> metadata =
                inOrder(
                        "version", SCHEMA_VERSION,
                        "product",
                                inOrder(
                                        "name", PRODUCT,
                                        "vendor_name", PRODUCT,
                                        "version", productVersion),
                        "profiles", profiles,
                        "uid", record.uid().toString(),
                        "sequence", sequence);
        record.session()
                .policy()
                .tenant()
                .tenant()
                .named()
                .ifPresent(name -> metadata.put("tenant_uid", name));
        return metadata;
    }

    private static Map<String, Object> findingInfo(
            AuditRecord record, String found, String title, String type) {
        Guest guest = record.session().guest();
        return inOrder(
                "uid",
                record.uid().toString(),
                "title",
                title + guest.name(),
                "desc",
                "clamd scanned a stream that this guest sent and answered: stream: " + found,
                "types",
                List.of(type),
                "created_time",
                record.at().toEpochMilli());
    }

    private static Map<String, Object> malware(SessionResult result) {
        // a signature's name does not reliably tell the class of the malware
        return inOrder(
                "name", result.signature().orElse(""),
                "classification_ids", List.of(0),
                "classifications", List.of("Unknown"),
                "provider", "ClamAV");
    }

    private static Map<String, Object> file(SessionResult result) {
        Map<String, Object> file =
                inOrder(
                        "name",
                        "INSTREAM",
                        "type_id",
                        99,
                        "type",
                        "Stream",
                        "size",
                        result.streamBytes());
        result.sha256()
                .ifPresent(hash ->
                        file.put(
                                "hashes",
                                List.of(
                                        inOrder(
                                                "algorithm_id",
                                                3,
                                                "algorithm",
                                                "SHA-256",
                                                "value",
                                                hash))));
        return file;
    }

    private static Map<String, Object> device(EndedSession session) {
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("name", session.guest().name());
        if (session.isOfDomain()) {
            device.put("uid", session.guest().uuid().toString());
        }
        device.put("type_id", 6);
        device.put("type", "Virtual");
        return device;
    }

    private static Map<String, Object> resource(EndedSession session) {
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("name", session.guest().name());
        if (session.isOfDomain()) {
            resource.put("uid", session.guest().uuid().toString());
        }
        resource.put("type", "Virtual Machine");
        return resource;
    }

    private static Map<String, Object> policy(EndedSession session) {
        return inOrder(
                "name", session.policy().origin().label(),
                "version", session.policy().revision());
    }

    private static Map<String, Object> unmapped(AuditRecord record, long lost) {
        EndedSession session = record.session();
        Guest guest = session.guest();
        Map<String, Object> unmapped = new LinkedHashMap<>();
        unmapped.put("domain", guest.name());
        if (session.isOfDomain()) {
            unmapped.put("uuid", guest.uuid().toString());
            unmapped.put("epoch", guest.uuid() + "/" + guest.domainId());
        }
        guest.cid().ifPresent(cid -> unmapped.put("cid", cid));
        session.policy().tenant().tenant().named().ifPresent(name -> unmapped.put("tenant", name));
        unmapped.put("rule", session.policy().origin().label());
        unmapped.put("policy_revision", session.policy().revision());
        unmapped.put("session", session.result().session());
        unmapped.put("termination", session.result().termination().code());
        if (session.result().cached()) {
            unmapped.put("cached", true);
        }
        if (record.leftOut() > 0) {
            unmapped.put("records_left_out", record.leftOut());
        }
        if (lost > 0) {
            unmapped.put("records_lost", lost);
        }
        return unmapped;
    }

    /** Returns a map of alternating keys and values, in this order. */
    private static Map<String, Object> inOrder(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int index = 0; index < keysAndValues.length; index += 2) {
            map.put((String) keysAndValues[index], keysAndValues[index + 1]);
        }
        return map;
    }
}
