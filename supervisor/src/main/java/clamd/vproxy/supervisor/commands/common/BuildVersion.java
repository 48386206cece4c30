package clamd.vproxy.supervisor.commands.common;

import clamd.vproxy.supervisor.base.version.ProgramVersion;
import picocli.CommandLine.IVersionProvider;

/** Provides the output of {@code --version}. */
public final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        ProgramVersion version = ProgramVersion.current();
        return new String[] {
            firstLine(),
            "commit %s, %s".formatted(version.commit(), version.date()),
            "Java %s, %s, %s"
                    .formatted(
                            Runtime.version(),
                            System.getProperty("java.vendor"),
                            System.getProperty("os.arch"))
        };
    }

    /** Returns the program's name and version. */
    public static String firstLine() {
        return "clamd-vproxy " + ProgramVersion.current().number();
    }

    /** Returns all lines, each with a line feed. */
    public static String text() {
        return String.join("\n", new BuildVersion().getVersion()) + "\n";
    }
}
