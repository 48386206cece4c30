package clamd.vproxy.supervisor;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.net.Socket;
import java.net.SocketImpl;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds over all modules; it stands here because this one sees the others. */
class ArchitectureTest {
    private static final String POLICIES = "clamd.vproxy.policies..";
    private static final String WORKER = "clamd.vproxy.worker..";
    private static final String HOOKS = "clamd.vproxy.hooks..";
    private static final String SUPERVISOR = "clamd.vproxy.supervisor..";
    private static final String LIBVIRT = "org.libvirt..";
    private static final String JNA = "com.sun.jna..";
    private static final String JUNIXSOCKET = "org.newsclub..";
    private static final String PROMETHEUS = "io.prometheus..";
    private static final String JDK_HTTP_SERVER = "com.sun.net.httpserver..";
    private static final String JACKSON = "com.fasterxml.jackson..";

    /** What java.nio.channels has for files, among its sockets. */
    private static final DescribedPredicate<JavaClass> FILES =
            belongToAnyOf(FileChannel.class, FileLock.class, OverlappingFileLockException.class);

    private static final JavaClasses OURS =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .importPackages("clamd.vproxy");

    private static final ArchRule TIME_FROM_ONE_CLASS =
            noClasses()
                    .that()
                    .doNotHaveSimpleName("SystemClock")
                    .should()
                    .accessTargetWhere(
                            call(System.class, "nanoTime|currentTimeMillis")
                                    .or(call(Thread.class, "sleep"))
                                    .or(call(Instant.class, "now"))
                                    .or(call(Clock.class, "system.*|tick.*"))
                                    .or(call(InstantSource.class, "system")));

    private static final ArchRule THREADS_FROM_NAMED_CLASSES =
            noClasses()
                    .that()
                    .haveSimpleNameNotEndingWith("Threads")
                    .should()
                    .accessTargetWhere(
                            call(Thread.class, "<init>|of.*|startVirtualThread")
                                    .or(call(Executors.class, ".*")));

    @ParameterizedTest
    @ValueSource(strings = {POLICIES, WORKER, HOOKS, SUPERVISOR})
    void everyModuleIsLookedAt(String module) {
        assertThat(OURS.that(resideInAPackage(module))).isNotEmpty();
    }

    @Test
    void policiesStandAlone() {
        none(POLICIES)
                .dependOnClassesThat()
                .resideInAnyPackage(WORKER, HOOKS, SUPERVISOR)
                .check(OURS);
    }

    @Test
    void workerAndHooksKnowNothingOfEachOtherNorOfTheSupervisor() {
        none(WORKER).dependOnClassesThat().resideInAnyPackage(HOOKS, SUPERVISOR).check(OURS);
        none(HOOKS).dependOnClassesThat().resideInAnyPackage(WORKER, SUPERVISOR).check(OURS);
    }

    @Test
    void policiesKnowNeitherSocketsNorLibvirt() {
        none(POLICIES)
                .dependOnClassesThat(
                        resideInAnyPackage(
                                        "java.net..",
                                        "java.nio.channels..",
                                        LIBVIRT,
                                        JNA,
                                        JUNIXSOCKET)
                                .and(not(FILES)))
                .check(OURS);
    }

    @Test
    void theWorkerKnowsNeitherLibvirtNorJsonNorVsock() {
        none(WORKER)
                .dependOnClassesThat()
                .resideInAnyPackage(LIBVIRT, JNA, JUNIXSOCKET, JACKSON)
                .check(OURS);
    }

    @Test
    void eachForeignLibraryHasItsPlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage("clamd.vproxy.supervisor.sources.libvirt..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(LIBVIRT, JNA)
                .check(OURS);
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "clamd.vproxy.supervisor.connections.vsock..",
                        "clamd.vproxy.supervisor.daemon.systemd..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(JUNIXSOCKET)
                .check(OURS);
        noClasses()
                .that()
                .resideOutsideOfPackage("clamd.vproxy.supervisor.reports.metrics..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(PROMETHEUS)
                .check(OURS);
        noClasses()
                .that()
                .resideOutsideOfPackage("clamd.vproxy.supervisor.reports.http..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(JDK_HTTP_SERVER)
                .check(OURS);
        noClasses()
                .that()
                .resideOutsideOfPackage(POLICIES)
                .and()
                .resideOutsideOfPackage("clamd.vproxy.supervisor.base.json..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(JACKSON)
                .check(OURS);
    }

    @Test
    void theProtocolIsPureComputation() {
        classes()
                .that()
                .resideInAPackage("clamd.vproxy.worker.protocol..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "clamd.vproxy.worker.protocol..",
                        POLICIES,
                        "java.lang..",
                        "java.util..",
                        "java.nio",
                        "java.nio.charset",
                        "org.jspecify..")
                .check(OURS);
    }

    @Test
    void onlyTheWayToClamdOpensConnections() {
        noClasses()
                .that()
                .resideInAPackage(WORKER)
                .and()
                .resideOutsideOfPackage("clamd.vproxy.worker.clamd..")
                .should()
                .accessTargetWhere(
                        call(SocketChannel.class, "open|connect|finishConnect")
                                .or(call(AsynchronousSocketChannel.class, ".*"))
                                .or(call(DatagramChannel.class, ".*"))
                                .or(call(Socket.class, ".*"))
                                .or(call(SocketImpl.class, ".*")))
                .check(OURS);
    }

    @Test
    void timeComesFromTheSystemClockAlone() {
        TIME_FROM_ONE_CLASS.check(OURS);
    }

    @Test
    void threadsAreMadeInClassesNamedAfterThem() {
        THREADS_FROM_NAMED_CLASSES.check(OURS);
    }

    @Test
    void theRulesNoticeReferencesAsWellAsCalls() {
        JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);

        assertThat(TIME_FROM_ONE_CLASS.evaluate(offender).getFailureReport().getDetails())
                .hasSize(2);
        assertThat(THREADS_FROM_NAMED_CLASSES.evaluate(offender).getFailureReport().getDetails())
                .hasSize(2);
    }

    static final class Offender {
        List<Object> offences() {
            LongSupplier clock = System::nanoTime;
            Function<Runnable, Thread> threads = Thread::new;
            return List.of(clock, Instant.now(), threads, Thread.ofVirtual());
        }
    }

    @Test
    void nothingPrints() {
        GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(OURS);
        noClasses()
                .should()
                .accessTargetWhere(call(Throwable.class, "printStackTrace"))
                .check(OURS);
    }

    /** From the top to the bottom; a group may use those below it, and none above. */
    @Test
    void theSupervisorsGroupsStandInLayers() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("commands")
                .definedBy("clamd.vproxy.supervisor.commands..")
                .layer("daemon")
                .definedBy("clamd.vproxy.supervisor.daemon..")
                .layer("reports")
                .definedBy("clamd.vproxy.supervisor.reports..")
                .layer("connections")
                .definedBy("clamd.vproxy.supervisor.connections..")
                .layer("sources")
                .definedBy("clamd.vproxy.supervisor.sources..")
                .layer("guests")
                .definedBy("clamd.vproxy.supervisor.guests..")
                .layer("base")
                .definedBy("clamd.vproxy.supervisor.base..")
                .whereLayer("commands")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("daemon")
                .mayOnlyBeAccessedByLayers("commands")
                .whereLayer("reports")
                .mayOnlyBeAccessedByLayers("commands", "daemon")
                .whereLayer("connections")
                .mayOnlyBeAccessedByLayers("commands", "daemon", "reports")
                .whereLayer("sources")
                .mayOnlyBeAccessedByLayers("commands", "daemon", "reports", "connections")
                .whereLayer("guests")
                .mayOnlyBeAccessedByLayers(
                        "commands", "daemon", "reports", "connections", "sources")
                .check(OURS);
    }

    @ParameterizedTest
    @ValueSource(strings = {POLICIES, WORKER, HOOKS, SUPERVISOR})
    void thePackagesOfAModuleFormNoCycle(String module) {
        slices().assignedFrom(packagesOf(module)).should().beFreeOfCycles().check(OURS);
    }

    private static ClassesShould none(String module) {
        return noClasses().that().resideInAPackage(module).should();
    }

    /** Calls of and references to methods whose name matches, on {@code owner} or a subtype. */
    private static DescribedPredicate<JavaAccess<?>> call(Class<?> owner, String names) {
        return targetOwner(assignableTo(owner))
                .and(target(nameMatching(names)))
                .as("%s.%s", owner.getSimpleName(), names);
    }

    /** One slice for each package; a class in a module's root package belongs to one, too. */
    private static SliceAssignment packagesOf(String module) {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return resideInAPackage(module).test(type)
                        ? SliceIdentifier.of(type.getPackageName())
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages of " + module;
            }
        };
    }

    /** Java finds no file store below a root that is no mount point, as in a chroot. */
    @Test
    void nothingNeedsAMountPoint() {
        noClasses()
                .should()
                .accessTargetWhere(call(Files.class, "getFileStore"))
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(FileStore.class)
                .check(OURS);
    }
}
