package clamd.vproxy.supervisor.commands;

import picocli.CommandLine.Command;

/**
 * {@code clamd-vproxy} with all its commands. Picocli reads the annotations of every command that
 * there is, which takes a third of the daemon's start; so {@link Main} does without them where no
 * command can be meant. Name, options and help are {@link RunCommand}'s, by inheritance.
 */
@Command(
        subcommands = {
            CheckCommand.class,
            PolicyCommand.class,
            StatusCommand.class,
            GuestsCommand.class,
            GuestCommand.class,
            SessionsCommand.class,
            AdmissionCommand.Pause.class,
            AdmissionCommand.Drain.class,
            AdmissionCommand.Resume.class,
            KillCommand.class,
            TopCommand.class,
            SupportBundleCommand.class,
            HookCommand.class,
            DemoCommand.class
        })
final class MainCommand extends RunCommand {}
