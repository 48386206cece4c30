package clamd.vproxy.supervisor.commands.hook;

import clamd.vproxy.hooks.install.Finding;
import clamd.vproxy.hooks.install.HookException;
import clamd.vproxy.hooks.install.HookInstaller;
import clamd.vproxy.hooks.install.HookPlaces;
import clamd.vproxy.hooks.install.HookSettings;
import clamd.vproxy.hooks.install.HookVerifier;
import clamd.vproxy.hooks.install.Strictness;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.base.version.ProgramVersion;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code clamd-vproxy hook}: installs, verifies and removes libvirt's qemu hook. */
@Command(
        name = "hook",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        header = "Installs, verifies and removes libvirt's qemu hook.",
        description =
                "Through the hook libvirt announces a guest to the supervisor before the guest"
                        + " runs; a strict hook can refuse its start.")
public final class HookCommand {
    @Spec private CommandSpec spec = CommandSpec.create();

    /** The root folder option of all three commands. */
    static final class Root {
        @Option(
                names = "--root",
                paramLabel = "DIR",
                defaultValue = "/",
                description = "Take DIR for the host's root, such as that of an image.")
        private Path root = Path.of("/");

        HookPlaces places() {
            return new HookPlaces(root.toAbsolutePath().normalize());
        }
    }

    @Command(
            mixinStandardHelpOptions = true,
            versionProvider = BuildVersion.class,
            header = "Installs the hook, or changes how the installed one goes about it.",
            description =
                    "Says what was done and what is left to do. Ends with 0 if the hook is installed,"
                            + " 1 if it is not.")
    Integer install(
            @Mixin Root root,
            @Option(
                            names = "--spool",
                            paramLabel = "DIR",
                            defaultValue = HookSettings.DEFAULT_SPOOL,
                            description =
                                    "The supervisor's --hook-spool (default: ${DEFAULT-VALUE}).")
                    String spool,
            @Option(
                            names = "--strict",
                            paramLabel = "off|on|fail-closed",
                            arity = "0..1",
                            defaultValue = "off",
                            fallbackValue = "on",
                            converter = StrictnessConverter.class,
                            description =
                                    "Refuse to start a guest that no policy rule admits;"
                                            + " fail-closed: also when no supervisor answers"
                                            + " (default: off; without a value: on).")
                    Strictness strictness)
            throws CommandException {
        HookSettings settings = settings(spool, strictness);
        try {
            print(new HookInstaller(root.places(), version()).install(settings));
        } catch (HookException e) {
            throw new CommandException(ExitCode.FAILED, e);
        }
        print(findings(root).stream().filter(finding -> !finding.ok()).map(Finding::line).toList());
        return ExitCode.OK.number();
    }

    @Command(
            mixinStandardHelpOptions = true,
            versionProvider = BuildVersion.class,
            header = "Looks whether libvirt runs the hook and the hook reaches a supervisor.",
            description =
                    "Prints a line for each subject, with the command that fixes it. Ends with 0 if"
                            + " there is nothing to fix, else 1.")
    Integer verify(@Mixin Root root) {
        List<Finding> findings = findings(root);
        print(findings.stream().map(Finding::line).toList());
        boolean ok = findings.stream().allMatch(Finding::ok);
        return (ok ? ExitCode.OK : ExitCode.FAILED).number();
    }

    @Command(
            mixinStandardHelpOptions = true,
            versionProvider = BuildVersion.class,
            header = "Removes the hook, unless it was edited.",
            description = "Ends with 0 if no hook is left, else 1.")
    Integer uninstall(@Mixin Root root) throws CommandException {
        try {
            print(new HookInstaller(root.places(), version()).uninstall());
        } catch (HookException e) {
            throw new CommandException(ExitCode.FAILED, e);
        }
        return ExitCode.OK.number();
    }

    private static HookSettings settings(String spool, Strictness strictness)
            throws CommandException {
        try {
            return new HookSettings(spool, strictness);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "--spool: " + e.getMessage());
        }
    }

    private static List<Finding> findings(Root root) {
        return new HookVerifier(root.places(), version(), SystemClock.utc()).verify();
    }

    private static String version() {
        return ProgramVersion.current().release();
    }

    private void print(List<String> lines) {
        PrintWriter out = spec.commandLine().getOut();
        lines.forEach(out::println);
        out.flush();
    }

    /** Reads {@code --strict}. */
    static final class StrictnessConverter implements ITypeConverter<Strictness> {
        @Override
        public Strictness convert(String text) {
            return Strictness.of(text)
                    .orElseThrow(() ->
                            new TypeConversionException(
                                    "\"" + text + "\" is not off, on or fail-closed"));
        }
    }
}
