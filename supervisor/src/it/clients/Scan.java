import fi.solita.clamav.ClamAVClient;
import io.sensesecure.clamav4j.ClamAV;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import xyz.capybara.clamav.ClamavClient;
import xyz.capybara.clamav.commands.scan.result.ScanResult;

/** Scans files with a client that Maven has, one after the other. */
final class Scan {
    private static final String HOST = "127.0.0.1";
    private static final int PORT = Integer.parseInt(System.getenv("PORT"));

    private record Words(String verdict, Object of) {}

    public static void main(String[] arguments) {
        for (int i = 1; i < arguments.length; i++) {
            Words words;
            try (InputStream file = Files.newInputStream(Path.of(arguments[i]))) {
                words = scan(arguments[0], file);
            } catch (Exception e) {
                words = new Words("error", e);
            }
            System.out.println(words.verdict + "\t" + words.of.toString().replaceAll("[\n\0]", "|"));
        }
        System.exit(0);
    }

    private static Words scan(String client, InputStream file) throws Exception {
        return switch (client) {
            case "java-capybara" -> {
                ScanResult result = new ClamavClient(HOST, PORT).scan(file);
                yield new Words(result instanceof ScanResult.OK ? "clean" : "infected", result);
            }
            case "java-solita" -> {
                byte[] reply = new ClamAVClient(HOST, PORT, 10_000).scan(file);
                String text = new String(reply, StandardCharsets.US_ASCII);
                // its users have this method and the reply
                boolean clean = ClamAVClient.isCleanReply(reply);
                yield new Words(clean ? "clean" : text.contains("FOUND") ? "infected" : "error", text);
            }
            case "java-clamav4j" -> {
                String result = new ClamAV(new InetSocketAddress(HOST, PORT), 10_000).scan(file);
                yield new Words("OK".equals(result) ? "clean" : "infected", result);
            }
            default -> throw new IllegalArgumentException(client.toLowerCase(Locale.ROOT));
        };
    }
}
