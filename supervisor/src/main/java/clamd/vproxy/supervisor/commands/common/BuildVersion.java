package clamd.vproxy.supervisor.commands.common;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar's manifest. */
public final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"clamd-vproxy " + number()};
    }

    /** The version alone, a word. */
    public static String number() {
        String version = BuildVersion.class.getPackage().getImplementationVersion();
        return version != null ? version : "unpackaged";
    }
}
