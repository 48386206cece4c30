package clamd.vproxy.supervisor.commands;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar's manifest. */
final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"clamd-vproxy " + number()};
    }

    /** The version alone, a word. */
    static String number() {
        String version = BuildVersion.class.getPackage().getImplementationVersion();
        return version != null ? version : "unpackaged";
    }
}
