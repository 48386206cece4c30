package clamd.vproxy.supervisor.faults;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * This JVM's class path as a folder of jars, as the daemon is installed: a class in a folder costs
 * a descriptor when it is loaded, one in a jar does not, and another user may read it. Static
 * function only.
 */
final class PackedClasses {
    private PackedClasses() {}

    /** Makes the folder; the result is its class path. */
    static String in(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder);
            int number = 0;
            for (String entry :
                    System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                Path from = Path.of(entry);
                Path jar = folder.resolve(number++ + ".jar");
                if (Files.isDirectory(from)) {
                    pack(from, jar);
                } else if (Files.exists(from)) {
                    Files.copy(from, jar);
                }
            }
        }
        return folder + "/*";
    }

    private static void pack(Path classes, Path jar) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(classes)) {
            files = new ArrayList<>(all.filter(Files::isRegularFile).toList());
        }
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(1);
            for (Path file : files) {
                zip.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
    }
}
