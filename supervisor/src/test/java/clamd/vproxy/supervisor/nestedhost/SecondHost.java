package clamd.vproxy.supervisor.nestedhost;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A second libvirtd and a second supervisor on the kernel of the host under test, each with files
 * of its own, as on another host. What they share is clamd, and with the kernel its CIDs, unless
 * they have a namespace of their own.
 */
final class SecondHost {
    /** Where its supervisor listens beside the first one. */
    static final int PORT = 3401;

    private static final Path FOLDER = Path.of("/srv/second-host");

    static final Libvirtd LIBVIRTD =
            new Libvirtd(
                    "qemu+unix:///system?socket=%s/run/libvirt/libvirt-sock".formatted(FOLDER),
                    FOLDER.resolve("guests"));

    private static final String LIBVIRTD_UNIT = "second-libvirtd";
    private static final String SUPERVISOR_UNIT = "second-clamd-vproxy";

    /** The first host's files, hook included, and folders that each host has for itself. */
    private static final String MAKE_FOLDERS =
            """
            mkdir -p run/systemd run/clamav run/nested-host run/clamd-vproxy guests/results
            mkdir -p libvirt cache log state policies
            cp -a /etc/libvirt etc
            printf 'stdio_handler = "file"\ncgroup_controllers = []\n' >> etc/qemu.conf
            cat > etc/libvirtd.conf <<END
            host_uuid = "b0b0b0b0-0000-4000-8000-000000000002"
            auth_unix_ro = "none"
            auth_unix_rw = "none"
            END
            cp /run/nested-host/guest-kernel /run/nested-host/guest-image guests/
            """;

    private final ServiceLog log;

    private SecondHost(ServiceLog log) {
        this.log = log;
    }

    /** Starts both beside those of the first host. */
    static SecondHost start(String policy) throws Exception {
        return start(policy, PORT, "");
    }

    /** Starts both in a network namespace with a vsock of its own. */
    static SecondHost startInNamespace(String namespace, String policy) throws Exception {
        return start(policy, 3400, "NetworkNamespacePath=/run/netns/" + namespace);
    }

    private static SecondHost start(String policy, int port, String setting) throws Exception {
        Shell.script("rm -rf %1$s; mkdir %1$s".formatted(FOLDER));
        Shell.script("cd %s\n%s".formatted(FOLDER, MAKE_FOLDERS));
        Files.writeString(FOLDER.resolve("policies/policy.json"), policy);
        unit(LIBVIRTD_UNIT, "/usr/sbin/libvirtd", setting);
        unit(
                SUPERVISOR_UNIT,
                "/usr/bin/clamd-vproxy --port=%d --policy=/etc/clamd-vproxy/policy.json"
                        .formatted(port),
                setting);
        Shell.script(
                """
                systemctl daemon-reload
                systemctl start %s
                until virsh -c '%s' list; do sleep 0.5; done
                systemctl start %s
                """
                        .formatted(LIBVIRTD_UNIT, LIBVIRTD.uri(), SUPERVISOR_UNIT));
        ServiceLog log = new ServiceLog(SUPERVISOR_UNIT);
        log.await("ready", "port=");
        return new SecondHost(log);
    }

    private static void unit(String name, String command, String setting) throws Exception {
        String unit =
                """
                [Service]
                ExecStart=%2$s
                BindPaths=%1$s/run:/run /run/systemd /run/clamav %1$s/guests:/run/nested-host
                BindPaths=%1$s/etc:/etc/libvirt %1$s/libvirt:/var/lib/libvirt
                BindPaths=%1$s/cache:/var/cache/libvirt %1$s/log:/var/log/libvirt
                BindPaths=%1$s/policies:/etc/clamd-vproxy %1$s/state:/var/lib/clamd-vproxy
                %3$s
                """
                        .formatted(FOLDER, command, setting);
        Files.writeString(Path.of("/run/systemd/system", name + ".service"), unit);
    }

    ServiceLog log() {
        return log;
    }

    /** Makes the hook refuse guests that no policy admits. */
    static void makeHookStrict() throws Exception {
        Shell.script(
                "nsenter -t $(systemctl show --value -p MainPID %s) -m clamd-vproxy hook install --strict"
                        .formatted(LIBVIRTD_UNIT));
    }

    /** Everything that its supervisor knows of a guest. */
    static String guest(GuestVm guest) throws Exception {
        return Shell.run(
                "clamd-vproxy",
                "guest",
                guest.name(),
                "--control-socket=" + FOLDER.resolve("run/clamd-vproxy/control.sock"));
    }

    void stop() throws Exception {
        Shell.run("systemctl", "stop", SUPERVISOR_UNIT, LIBVIRTD_UNIT);
        log.close();
    }
}
