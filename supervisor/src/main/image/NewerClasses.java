import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Raises the version of a jar's class files to that of Java 8. The JVM's class archive takes no
 * classes from before Java 6, and verifies them slowly: without a stack map it has to infer the
 * types. Classes of Java 6 and later stay as they are, and so does the jar's time, which the archive
 * knows.
 *
 * <pre>
 *   java NewerClasses.java JAR
 * </pre>
 */
final class NewerClasses {
    private static final int JAVA_6 = 50;
    private static final int JAVA_8 = 52;

    private NewerClasses() {}

    public static void main(String[] arguments) throws IOException {
        Path jar = Path.of(arguments[0]);
        Path next = jar.resolveSibling(jar.getFileName() + ".new");
        FileTime time = Files.getLastModifiedTime(jar);
        try (ZipFile from = new ZipFile(jar.toFile());
                URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
                ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(next))) {
            ClassFile format =
                    ClassFile.of(
                            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                            ClassFile.ConstantPoolSharingOption.NEW_POOL,
                            ClassFile.ClassHierarchyResolverOption.of(
                                    ClassHierarchyResolver.ofResourceParsing(classes)));
            for (ZipEntry entry : Collections.list(from.entries())) {
                byte[] bytes = from.getInputStream(entry).readAllBytes();
                ZipEntry same = new ZipEntry(entry.getName());
                same.setTimeLocal(entry.getTimeLocal());
                to.putNextEntry(same);
                to.write(entry.getName().endsWith(".class") ? raised(bytes, format) : bytes);
                to.closeEntry();
            }
        }
        Files.setLastModifiedTime(next, time);
        Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] raised(byte[] bytes, ClassFile format) {
        ClassModel model = format.parse(bytes);
        if (model.majorVersion() >= JAVA_6) {
            return bytes;
        }
        return format.transformClass(
                model,
                ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                        .andThen(
                                ClassTransform.endHandler(
                                        builder -> builder.withVersion(JAVA_8, 0))));
    }
}
