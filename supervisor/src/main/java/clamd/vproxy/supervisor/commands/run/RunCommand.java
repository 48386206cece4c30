package clamd.vproxy.supervisor.commands.run;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.commands.MainCommand;
import clamd.vproxy.supervisor.commands.check.AlignmentLog;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.common.Logging;
import clamd.vproxy.supervisor.commands.options.ConfiguredClamd;
import clamd.vproxy.supervisor.commands.options.DaemonOptions;
import clamd.vproxy.supervisor.commands.options.HostOptions;
import clamd.vproxy.supervisor.commands.options.ListenOptions;
import clamd.vproxy.supervisor.commands.options.PolicyOptions;
import clamd.vproxy.supervisor.daemon.ClamdSettings;
import clamd.vproxy.supervisor.daemon.StartException;
import clamd.vproxy.supervisor.daemon.Supervisor;
import clamd.vproxy.supervisor.daemon.SupervisorSettings;
import clamd.vproxy.supervisor.daemon.systemd.ServiceManager;
import clamd.vproxy.supervisor.sources.policy.PolicyRevision;
import clamd.vproxy.supervisor.sources.policy.PolicySource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code clamd-vproxy} with options alone: runs the supervisor until a signal ends it.
 *
 * @see MainCommand
 */
@Command(
        name = "clamd-vproxy",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Lets each guest scan with the host's clamd over vsock, and nothing else.",
        description = {
            "",
            "Follows libvirt's domains, accepts their vsock connections, and relays INSTREAM, PING"
                    + " and VERSION to clamd within each guest's policy.",
            ""
        },
        footer = {
            "",
            "Takes over listening sockets from systemd: clamd-vproxy.socket's, and the hybrid sockets"
                    + " of an earlier run. Connections wait there while the daemon restarts.",
            "",
            "Exits with 0 after SIGTERM (at once after a second one, with 143), 64 if the command line"
                    + " is wrong, 69 if clamd, libvirt's library, the hook's folder, the control"
                    + " socket, the state file, the audit file, the address for HTTP or a listener"
                    + " is not available, 78 if a file is wrong."
        })
public class RunCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

    @Mixin private DaemonOptions options = new DaemonOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws CommandException, InterruptedException {
        options.logging().apply();
        Logging.writeInBackground();
        HangupSignal hangup = HangupSignal.listen();
        ServiceManager systemd =
                ServiceManager.of(
                        System.getenv(), ProcessHandle.current().pid(), SystemClock::nanoTime);
        Shutdown.runUntilSignalled(opened -> start(hangup, systemd, opened));
        return ExitCode.OK.number();
    }

    private void start(HangupSignal hangup, ServiceManager systemd, Consumer<Supervisor> opened)
            throws CommandException, InterruptedException {
        SupervisorSettings settings = settings();
        ClamdProbe clamds =
                new ClamdProbe(settings.clamds().stream().map(ClamdSettings::endpoint).toList());
        Optional<Duration> patience = options.waitForClamd();
        if (patience.isEmpty()) {
            clamds.await(Optional.empty(), () -> {});
        }
        Supervisor supervisor = open(settings, systemd);
        opened.accept(supervisor);
        hangup.heardBy(supervisor);
        if (patience.isPresent()) {
            clamds.await(patience, () -> supervisor.waitsForClamd(patience.get()));
        }
        supervisor.ready();
        log.atInfo().addKeyValue("port", options.listen().port()).log("ready");
    }

    private static Supervisor open(SupervisorSettings settings, ServiceManager systemd)
            throws CommandException, InterruptedException {
        try {
            return Supervisor.open(settings, systemd);
        } catch (StartException e) {
            throw new CommandException(ExitCode.UNAVAILABLE, e);
        }
    }

    /** Returns files for a support bundle, by their names in it. */
    private Map<String, String> knownHere(List<ConfiguredClamd> clamds) {
        Map<String, String> known = new TreeMap<>();
        known.put("version.txt", BuildVersion.text());
        known.put("options.txt", OptionsInForce.text(spec));
        known.put("log.txt", Logging.recentLines());
        for (int i = 0; i < clamds.size(); i++) {
            ConfiguredClamd clamd = clamds.get(i);
            known.put("clamd-" + (i + 1) + ".conf", clamd.confText());
        }
        return known;
    }

    private SupervisorSettings settings() throws CommandException {
        options.check(spec);
        ListenOptions listen = options.listen();
        PolicyOptions policy = options.policy();
        HostOptions host = options.host();
        Limits underneath = options.limits();
        // before this line, only typed options count
        PolicySet policies = policy.load(underneath);
        String revision = PolicyRevision.first(policies).label();
        if (policy.isAbsent()) {
            log.info("no {}: every guest gets the default limits, {}", policy.file(), underneath);
        } else {
            log.info("policy {} is in force, revision {}", policy.file(), revision);
        }
        List<ConfiguredClamd> clamds = options.clamd().all();
        for (ConfiguredClamd known : clamds) {
            known.warning().ifPresent(log::warn);
            if (known.conf().isEmpty()) {
                log.warn(
                        "the configuration of {} is not known, so streams that it would pass"
                                + " unscanned cannot be refused; name it with --clamd-conf",
                        known.endpoint());
            }
        }
        AlignmentLog alignment = new AlignmentLog(clamds, host);
        alignment.accept(policies);
        return new SupervisorSettings(
                clamds.stream().map(known -> known.settings(host, alignment::confChanged)).toList(),
                options.clamd().healthTimes(),
                new PolicySource(policy.file(), underneath, policies, alignment),
                listen.uris(),
                listen.hook(),
                Optional.of(options.control()),
                Optional.of(options.state()),
                options.http(),
                options.audit(),
                listen.vsockCid(),
                listen.port(),
                listen.hybrid(),
                listen.hybridOwner(),
                host.maxConnections(),
                host.maxSpoolBytes(clamds).orElse(Long.MAX_VALUE),
                host.verdictMemoryEntries(),
                options.drainTimeout(),
                () -> knownHere(clamds));
    }
}
