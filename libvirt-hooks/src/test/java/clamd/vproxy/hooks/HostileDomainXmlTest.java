package clamd.vproxy.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Domain XML written by somebody who means harm, or cut off, or damaged. */
class HostileDomainXmlTest {
    private static final String UUID = "<uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>";

    @Test
    void aFileIsNotReadThroughAnEntity(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "secret");
        for (String definition : new String[] {"x SYSTEM", "% x SYSTEM", "x PUBLIC 'p'"}) {
            String xml =
                    "<!DOCTYPE domain [<!ENTITY %s '%s'>]><domain><name>&x;</name>%s</domain>"
                            .formatted(definition, secret.toUri(), UUID);
            assertThatThrownBy(() -> DomainXml.parse(xml))
                    .isInstanceOf(DomainXmlException.class)
                    .hasMessageNotContaining("secret");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE domain>",
                "<!DOCTYPE domain SYSTEM 'http://127.0.0.1:1/x.dtd'>",
                "<!DOCTYPE domain PUBLIC '-//x' 'file:///etc/passwd'>",
                "<!DOCTYPE domain [<!ELEMENT domain ANY>]>",
                "<!DOCTYPE domain [<!ATTLIST domain id CDATA '5'>]>",
                "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>"
            })
    void anyDocumentTypeIsRefused(String documentType) {
        assertThatThrownBy(() ->
                        DomainXml.parse(
                                documentType + "<domain><name>a</name>" + UUID + "</domain>"))
                .isInstanceOf(DomainXmlException.class)
                .hasMessageContaining("document type");
    }

    /** For this one the JDK's parser has no message and throws {@code MissingResourceException}. */
    @Test
    void aControlCharacterInADocumentTypeIsRefusedAsAnythingElseThatIsNotWellFormed() {
        assertThatThrownBy(() -> DomainXml.parse("<!DOCTYPE d [<!\16]><domain/>"))
                .isInstanceOf(DomainXmlException.class)
                .hasMessage("domain XML cannot be parsed");
    }

    @Test
    void anEntityThatNobodyDefinedIsRefused() {
        assertThatThrownBy(() ->
                        DomainXml.parse(
                                "<domain><title>&x;</title><name>a</name>" + UUID + "</domain>"))
                .isInstanceOf(DomainXmlException.class);
    }

    @Test
    void anXincludeIsJustAnElement() throws Exception {
        String xml =
                "<domain><name>a</name>"
                        + UUID
                        + "<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/></domain>";
        assertThat(DomainXml.parse(xml).name()).isEqualTo("a");
    }

    @Test
    void theSizeIsBounded() throws Exception {
        String xml = "<domain><name>a</name>" + UUID + "%s</domain>";
        int room = DomainXml.MAX_CHARACTERS - xml.formatted("").length();
        assertThat(DomainXml.parse(xml.formatted(" ".repeat(room))).name()).isEqualTo("a");
        assertThatThrownBy(() -> DomainXml.parse(xml.formatted(" ".repeat(room + 1))))
                .isInstanceOf(DomainXmlException.class)
                .hasMessage(
                        "domain XML has 2097153 characters, more than the 2097152 that are read");
    }

    @Test
    void theDepthIsBounded() throws Exception {
        String xml = "<domain><name>a</name>" + UUID + "%s%s</domain>";
        assertThat(DomainXml.parse(xml.formatted("<a>".repeat(63), "</a>".repeat(63))).name())
                .isEqualTo("a");
        assertThatThrownBy(
                        () -> DomainXml.parse(xml.formatted("<a>".repeat(64), "</a>".repeat(64))))
                .isInstanceOf(DomainXmlException.class)
                .hasMessageContaining("nested deeper than 64 elements");
    }

    @Test
    void cutOffAnywhereItIsRefused() {
        String whole = DomainXmlTest.LIVE.strip();
        for (int length = 0; length < whole.length(); length++) {
            String cut = whole.substring(0, length);
            assertThatThrownBy(() -> DomainXml.parse(cut))
                    .as("cut after %d characters", length)
                    .isInstanceOf(DomainXmlException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_101})
    void damagedAnyhowNothingButTheOneExceptionEscapes(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int round = 0; round < 500; round++) {
            String damaged = damage(random);
            try {
                DomainXml.parse(damaged);
            } catch (DomainXmlException e) {
                assertThat(e.getMessage())
                        .as("seed %d, round %d", seed, round)
                        .isNotBlank()
                        .doesNotContain("\n");
            } catch (Throwable e) {
                fail(
                        "seed %d, round %d let %s escape for:%n%s"
                                .formatted(seed, round, e, damaged),
                        e);
            }
        }
    }

    private static String damage(RandomGenerator random) {
        String[] pieces = {
            "<",
            ">",
            "&",
            "'",
            "\"",
            "/",
            "]]>",
            "<![CDATA[",
            "<!--",
            "-->",
            "<?",
            "?>",
            "<!DOCTYPE domain [",
            "&#0;",
            "&#x110000;",
            "&amp;",
            "xmlns='urn:x'",
            "xmlns:",
            ":",
            "<cid address='5'/>",
            "<name>",
            "</name>",
            "\0",
            "\uD800",
            "\uFFFF",
            "\uFEFF",
            "é",
            "<!ENTITY x 'y'>",
            "&x;",
            "<?xml version='1.1'?>",
            "encoding='UTF-16'",
            "=",
            "\r\n"
        };
        StringBuilder text = new StringBuilder(DomainXmlTest.LIVE);
        for (int hits = random.nextInt(1, 6); hits > 0; hits--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + random.nextInt(random.nextBoolean() ? 3 : 200));
            switch (random.nextInt(4)) {
                case 0 -> text.insert(from, pieces[random.nextInt(pieces.length)]);
                case 1 -> text.delete(from, to);
                case 2 -> text.insert(random.nextInt(text.length()), text.substring(from, to));
                default ->
                        text.setCharAt(
                                from, (char) random.nextInt(random.nextBoolean() ? 128 : 65_536));
            }
        }
        return text.toString();
    }
}
