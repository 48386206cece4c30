package clamd.vproxy.supervisor.nestedhost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A guest that libvirt does not know: QEMU started by hand. */
final class StrayQemu implements AutoCloseable {
    private final Process process;
    private final Console console;

    private StrayQemu(Process process, Console console) {
        this.process = process;
        this.console = console;
    }

    static StrayQemu start(long cid) throws Exception {
        Path socket = Path.of("/run/nested-host/stray.console");
        Files.deleteIfExists(socket);
        List<String> command =
                List.of(
                        "qemu-system-x86_64",
                        "-accel",
                        GuestVm.accelerator().equals("kvm") ? "kvm" : "tcg",
                        "-machine",
                        "q35",
                        "-cpu",
                        "max",
                        "-m",
                        String.valueOf(GuestVm.MEMORY_MEBIBYTES),
                        "-nodefaults",
                        "-display",
                        "none",
                        "-kernel",
                        "/run/nested-host/guest-kernel",
                        "-initrd",
                        "/run/nested-host/guest-image",
                        "-append",
                        GuestVm.KERNEL_ARGUMENTS,
                        "-serial",
                        "file:" + System.getProperty("nested-host.results") + "/stray.log",
                        "-device",
                        "vhost-vsock-pci,guest-cid=" + cid,
                        "-device",
                        "virtio-serial",
                        "-chardev",
                        "socket,id=console,server=on,wait=off,path=" + socket,
                        "-device",
                        "virtserialport,chardev=console");
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            return new StrayQemu(process, Console.open(socket));
        } catch (Exception | AssertionError e) {
            process.destroyForcibly().onExit().join();
            throw e;
        }
    }

    /** What it got when it asked for clamd's version as early in its boot as it could. */
    String firstReply() throws Exception {
        return console.run("cat /first-reply", GuestVm.BOOT_LIMIT);
    }

    @Override
    public void close() throws IOException {
        console.close();
        process.destroyForcibly().onExit().join();
    }
}
