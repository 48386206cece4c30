package clamd.vproxy.supervisor.commands;

import clamd.vproxy.supervisor.commands.check.CheckCommand;
import clamd.vproxy.supervisor.commands.demo.DemoCommand;
import clamd.vproxy.supervisor.commands.hook.HookCommand;
import clamd.vproxy.supervisor.commands.live.AdmissionCommand;
import clamd.vproxy.supervisor.commands.live.GuestCommand;
import clamd.vproxy.supervisor.commands.live.GuestsCommand;
import clamd.vproxy.supervisor.commands.live.KillCommand;
import clamd.vproxy.supervisor.commands.live.MemoryCommand;
import clamd.vproxy.supervisor.commands.live.SessionsCommand;
import clamd.vproxy.supervisor.commands.live.StatusCommand;
import clamd.vproxy.supervisor.commands.live.TenantCommand;
import clamd.vproxy.supervisor.commands.live.TenantsCommand;
import clamd.vproxy.supervisor.commands.policy.PolicyCommand;
import clamd.vproxy.supervisor.commands.run.RunCommand;
import clamd.vproxy.supervisor.commands.support.SupportBundleCommand;
import clamd.vproxy.supervisor.commands.top.TopCommand;
import picocli.CommandLine.Command;

/**
 * {@code clamd-vproxy} with all its commands. Picocli reads the annotations of every command, which
 * takes a third of the daemon's start; so {@link Main} omits the commands if the arguments cannot
 * name one. Name, options and help are inherited from {@link RunCommand}.
 */
@Command(
        subcommands = {
            CheckCommand.class,
            PolicyCommand.class,
            StatusCommand.class,
            GuestsCommand.class,
            TenantsCommand.class,
            TenantCommand.class,
            GuestCommand.class,
            SessionsCommand.class,
            AdmissionCommand.Pause.class,
            AdmissionCommand.Drain.class,
            AdmissionCommand.Resume.class,
            KillCommand.class,
            MemoryCommand.class,
            TopCommand.class,
            SupportBundleCommand.class,
            HookCommand.class,
            DemoCommand.class
        })
public final class MainCommand extends RunCommand {}
