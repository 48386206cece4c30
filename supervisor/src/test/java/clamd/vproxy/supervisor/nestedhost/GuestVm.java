package clamd.vproxy.supervisor.nestedhost;

import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.supervisor.nestedhost.Shell.Output;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A domain of the host under test, and the way into its guest. */
final class GuestVm {
    private static final Pattern ADDRESS = Pattern.compile("<cid [^>]*address='(\\d+)'");
    private static final String AUTOMATIC_CID = "<vsock model='virtio'><cid auto='yes'/></vsock>";

    /** The guests' files, as their libvirtd sees them. */
    static final Path FOLDER = Path.of("/run/nested-host");

    private static final String SNAPSHOTS = disk("qcow2", "disk", "");
    private static final String PROGRAMS = disk("raw", "guest-programs", "<readonly/>");

    static final int MEMORY_MEBIBYTES = 128;

    /** A guest's root is in memory, at most half of it; clamdscan's libraries take 60 MiB. */
    private static final int MEMORY_MEBIBYTES_WITH_PROGRAMS = 256;

    static final String KERNEL_ARGUMENTS =
            "console=ttyS0 quiet panic=-1 mitigations=off no_timer_check";

    /**
     * It takes a second where the host's processor assists, more than twenty where both are
     * emulated.
     */
    static final Duration BOOT_LIMIT = Duration.ofSeconds(150);

    private final String name;
    private final UUID uuid;
    private final int memoryMebibytes;
    private final String devices;
    private Libvirtd libvirtd = Libvirtd.FIRST;
    private boolean idle;
    private @Nullable Console console;

    private GuestVm(String name, int memoryMebibytes, String devices) {
        this.name = name;
        this.uuid = UUID.nameUUIDFromBytes(name.getBytes(UTF_8));
        this.memoryMebibytes = memoryMebibytes;
        this.devices = devices;
    }

    private GuestVm(String name, String devices) {
        this(name, MEMORY_MEBIBYTES, devices);
    }

    /** A guest whose CID libvirt chooses. */
    static GuestVm withAutomaticCid(String name) {
        return new GuestVm(name, AUTOMATIC_CID);
    }

    /** A guest with an automatic CID and a disk that holds snapshots. */
    static GuestVm withSnapshots(String name) {
        return new GuestVm(name, AUTOMATIC_CID + SNAPSHOTS);
    }

    /**
     * A guest with an automatic CID and the programs that {@code guest-image} packed, as an archive
     * on {@code /dev/vda}.
     */
    static GuestVm withPrograms(String name) {
        return new GuestVm(name, MEMORY_MEBIBYTES_WITH_PROGRAMS, AUTOMATIC_CID + PROGRAMS);
    }

    /** A guest with a CID of its own. */
    static GuestVm withCid(String name, long cid) {
        return new GuestVm(
                name, "<vsock model='virtio'><cid auto='no' address='%d'/></vsock>".formatted(cid));
    }

    /** A guest that cannot reach the host. */
    static GuestVm withoutVsock(String name) {
        return new GuestVm(name, "");
    }

    String name() {
        return name;
    }

    UUID uuid() {
        return uuid;
    }

    /**
     * Starts those that do not run, or have nothing to boot, beside each other, and waits until all
     * take orders.
     */
    static void boot(GuestVm... guests) throws Exception {
        for (GuestVm guest : guests) {
            if (guest.idle) {
                end(guest);
            }
            if (!guest.isActive()) {
                guest.define().start();
            }
        }
        for (GuestVm guest : guests) {
            guest.awaitBoot();
        }
    }

    /** Ends those that run. */
    static void end(GuestVm... guests) throws Exception {
        for (GuestVm guest : guests) {
            if (guest.isActive()) {
                guest.destroy();
            }
        }
    }

    /** The persistent domain, not started. */
    GuestVm define() throws Exception {
        idle = false;
        libvirtd.virsh("define", xmlFile().toString());
        return this;
    }

    /**
     * Defines the domain with nothing to boot, for tests that look at the domain alone: it costs
     * the emulated host no time.
     */
    GuestVm defineIdle() throws Exception {
        String xml = domainXml().replaceFirst("(?s)<kernel>.*</cmdline>", "");
        Path file = Files.writeString(FOLDER.resolve(name + "-idle.xml"), xml);
        idle = true;
        libvirtd.virsh("define", file.toString());
        return this;
    }

    GuestVm start() throws Exception {
        libvirtd.virsh("start", name);
        return this;
    }

    /** The domain as a transient one, running. */
    GuestVm create() throws Exception {
        idle = false;
        libvirtd.virsh("create", xmlFile().toString());
        return this;
    }

    /** Waits until the guest takes orders. */
    GuestVm awaitBoot() throws Exception {
        console().run("true", BOOT_LIMIT);
        return this;
    }

    void destroy() throws Exception {
        disconnect();
        libvirtd.virsh("destroy", name);
    }

    private boolean isActive() throws Exception {
        return libvirtd.virsh("list", "--name").lines().anyMatch(name::equals);
    }

    /** For a QEMU that is another process from now on. */
    void disconnect() throws IOException {
        if (console != null) {
            console.close();
            console = null;
        }
    }

    /** Has another libvirtd run the domain, which does not run yet. */
    GuestVm at(Libvirtd other) {
        libvirtd = other;
        return this;
    }

    /**
     * Moves the running domain to another libvirtd, with these options of {@code virsh migrate}. It
     * stays where it is if that fails.
     */
    void migrate(Libvirtd target, String... options) throws Exception {
        libvirtd.migrate(name, target, options);
        disconnect();
        libvirtd = target;
    }

    /** The CID in the live XML. */
    long cid() throws Exception {
        Matcher address = ADDRESS.matcher(libvirtd.virsh("dumpxml", name));
        if (!address.find()) {
            throw new AssertionError(name + " has no CID");
        }
        return Long.parseLong(address.group(1));
    }

    /** Begins a shell command in the guest. */
    @CanIgnoreReturnValue
    CompletableFuture<Output> order(String command) throws Exception {
        return console().order(command);
    }

    /** Runs a shell command in the guest, which must succeed, and returns what it printed. */
    String run(String command) throws Exception {
        return console().run(command, Shell.LIMIT);
    }

    /** What the guest got when it asked for clamd's version as early in its boot as it could. */
    String firstReply() throws Exception {
        return run("cat /first-reply");
    }

    /** How libvirt runs guests here: {@code kvm} where the host has it, else {@code qemu}. */
    static String accelerator() {
        // the device file is there without the kernel module, too
        try (FileInputStream _ = new FileInputStream("/dev/kvm")) {
            return "kvm";
        } catch (IOException _) {
            return "qemu";
        }
    }

    private Console console() throws Exception {
        if (console == null) {
            console = Console.open(consoleSocket());
        }
        return console;
    }

    private Path consoleSocket() {
        return libvirtd.guests().resolve(name + ".console");
    }

    private Path xmlFile() throws IOException {
        return Files.writeString(FOLDER.resolve(name + ".xml"), domainXml());
    }

    private String domainXml() {
        return """
        <domain type='%s'>
          <name>%s</name>
          <uuid>%s</uuid>
          <memory unit='MiB'>%d</memory>
          <os>
            <type arch='x86_64' machine='q35'>hvm</type>
            <kernel>%s/guest-kernel</kernel>
            <initrd>%s/guest-image</initrd>
            <cmdline>%s</cmdline>
          </os>
          <cpu mode='maximum'/>
          <features><acpi/></features>
          <on_poweroff>destroy</on_poweroff>
          <on_reboot>restart</on_reboot>
          <on_crash>destroy</on_crash>
          <devices>
            <controller type='usb' model='none'/>
            <controller type='pci' model='pcie-root'/>
            <controller type='pci' model='pcie-root-port'/>
            <controller type='pci' model='pcie-root-port'/>
            <controller type='pci' model='pcie-root-port'/>
            <controller type='pci' model='pcie-root-port'/>
            <serial type='file'><source path='%s/%s.log'/></serial>
            <channel type='unix'>
              <source mode='bind' path='%s'/>
              <target type='virtio' name='console'/>
            </channel>
            <memballoon model='none'/>
            %s
          </devices>
        </domain>
        """
                .formatted(
                        accelerator(),
                        name,
                        uuid,
                        memoryMebibytes,
                        FOLDER,
                        FOLDER,
                        KERNEL_ARGUMENTS,
                        System.getProperty("nested-host.results"),
                        name,
                        FOLDER.resolve(name + ".console"),
                        devices);
    }

    private static String disk(String format, String file, String access) {
        return "<disk type='file'><driver name='qemu' type='%s'/><source file='%s/%s'/><target dev='vda' bus='virtio'/>%s</disk>"
                .formatted(format, FOLDER, file, access);
    }
}
