package clamd.vproxy.supervisor.commands.demo;

import clamd.vproxy.supervisor.base.text.Table;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.common.Logging;
import clamd.vproxy.supervisor.daemon.StartException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clamd-vproxy demo}: three guests scan through their own limits. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        header = "Shows three guests of libvirt's test driver scan through their own limits.",
        description =
                "Starts a real clamd and the supervisor in a temporary folder; needs neither root"
                        + " nor a virtualization host.")
public final class DemoCommand implements Callable<Integer> {
    @Option(names = "--keep", description = "Stay up afterwards, and say how to try by hand.")
    private boolean keep;

    @Option(
            names = {"-d", "--debug"},
            description = "Show the supervisor's log, too.")
    private boolean debug;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws CommandException, InterruptedException {
        Logging.setDebug(debug);
        if (!debug) {
            Logging.setQuiet();
        }
        try {
            show();
            return ExitCode.OK.number();
        } catch (IOException | StartException e) {
            throw new CommandException(ExitCode.UNAVAILABLE, e);
        }
    }

    private void show() throws IOException, StartException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Path folder = Files.createTempDirectory("clamd-vproxy-demo-");
        Demo demo = new Demo(folder);
        // after Ctrl-C, too, no clamd and no folder may remain
        Thread atExit = SupervisorThreads.unstarted("shutdown", () -> remove(demo, folder));
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            demo.start();
            print(demo.tour(), out);
            if (keep) {
                demo.instructions().forEach(out::println);
                out.println("Ctrl-C ends the demo.");
                out.flush();
                new CountDownLatch(1).await();
            }
        } finally {
            remove(demo, folder);
        }
    }

    private static void remove(Demo demo, Path folder) {
        demo.close();
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("the demo's folder could not be removed", e);
        }
    }

    private static void print(List<Demo.Row> rows, PrintWriter out) {
        List<List<String>> lines = new ArrayList<>();
        String last = "";
        for (Demo.Row row : rows) {
            lines.add(
                    List.of(
                            row.guest().equals(last) ? "" : row.guest(),
                            row.request(),
                            row.reply()));
            last = row.guest();
        }
        Table.print(out, List.of("GUEST", "REQUEST", "REPLY"), lines);
    }
}
