package clamd.vproxy.policies;

import clamd.vproxy.policies.Node.ArrayNode;
import clamd.vproxy.policies.Node.Member;
import clamd.vproxy.policies.Node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A JSON text that can be changed in one place while the rest stays as it is. Inserted text follows
 * the layout of its neighbors. Immutable: every change returns a new document, and accepts only
 * nodes of the document that it is called on.
 */
record JsonDocument(String text, ObjectNode root) {

    /** Parses a text that is known to be a JSON object. */
    static JsonDocument of(String text) {
        Problems problems = new Problems();
        return SourceText.decode(text.getBytes(StandardCharsets.UTF_8), problems)
                .flatMap(source -> TreeReader.read(source, problems))
                .map(root -> new JsonDocument(text, (ObjectNode) root))
                .orElseThrow(() -> new IllegalStateException("not JSON: " + text));
    }

    /** Returns the text of a value, as it is in the document. */
    String textOf(Node node) {
        return text.substring(node.span().start(), node.span().end());
    }

    /** Returns the texts of all values of an object, by key. */
    SequencedMap<String, String> textsOf(ObjectNode object) {
        SequencedMap<String, String> texts = new LinkedHashMap<>();
        object.members().forEach((key, member) -> texts.put(key, textOf(member.value())));
        return texts;
    }

    /** Replaces a member's value, or adds the member behind the last one of a non-empty object. */
    JsonDocument set(ObjectNode object, String key, String json) {
        Member present = object.members().get(key);
        if (present != null) {
            return splice(present.value().span().start(), present.value().span().end(), json);
        }
        Layout layout = layout(object);
        int end = spans(object).getLast().end();
        return splice(end, end, layout.separator() + quote(key) + layout.colon() + json);
    }

    /** Removes a member with one adjacent comma; it must not be the object's only member. */
    JsonDocument remove(ObjectNode object, String key) {
        List<Span> spans = spans(object);
        int index = List.copyOf(object.members().keySet()).indexOf(key);
        return index == 0
                ? splice(spans.get(0).start(), spans.get(1).start(), "")
                : splice(spans.get(index - 1).end(), spans.get(index).end(), "");
    }

    /**
     * Inserts an item at the index into a non-empty array of objects; later items move back by one.
     */
    JsonDocument insert(ArrayNode array, int index, String json) {
        List<Span> items = array.items().stream().map(Node::span).toList();
        String spacing = layout((ObjectNode) array.items().getLast()).spacing();
        if (index == items.size()) {
            int end = items.getLast().end();
            return splice(end, end, separator(array.span(), items, index - 1, spacing) + json);
        }
        int start = items.get(index).start();
        return splice(start, start, json + separator(array.span(), items, index, spacing));
    }

    /**
     * Sets a member of the outermost object, missing or an empty array so far, to an array of one
     * item.
     */
    JsonDocument setOnlyItem(String key, String json) {
        String open = layout(root).open();
        int lineBreak = open.lastIndexOf('\n');
        if (lineBreak < 0) {
            return set(root, key, "[" + json + "]");
        }
        String indentation = open.substring(lineBreak + 1);
        String close = (open.contains("\r\n") ? "\r\n" : "\n") + indentation;
        return set(root, key, "[" + close + indentation + json + close + "]");
    }

    /**
     * Sets a member of the outermost object, missing or an empty object so far, to an object of one
     * member.
     */
    JsonDocument setOnlyMember(String key, String member, String json) {
        Layout around = layout(root);
        String inside = quote(member) + around.colon() + json;
        int lineBreak = around.open().lastIndexOf('\n');
        if (lineBreak < 0) {
            return set(root, key, "{" + inside + "}");
        }
        String indentation = around.open().substring(lineBreak + 1);
        String close = (around.open().contains("\r\n") ? "\r\n" : "\n") + indentation;
        return set(root, key, "{" + close + indentation + inside + close + "}");
    }

    /** Returns the layout of a non-empty object. */
    Layout layout(ObjectNode object) {
        List<Span> spans = spans(object);
        Member first = object.members().values().iterator().next();
        String colon = text.substring(first.key().end(), first.value().span().start());
        String spacing = colon.equals(":") ? "" : " ";
        return new Layout(
                text.substring(object.span().start() + 1, spans.getFirst().start()),
                separator(object.span(), spans, spans.size() - 1, spacing),
                text.substring(spans.getLast().end(), object.span().end() - 1),
                spacing);
    }

    /**
     * Returns the text in front of the item at this index; for the first item the text behind it,
     * and for the only item a text that could separate it from another.
     */
    private String separator(Span container, List<Span> items, int index, String spacing) {
        if (items.size() > 1) {
            int behind = Math.max(index, 1);
            return text.substring(items.get(behind - 1).end(), items.get(behind).start());
        }
        String open = text.substring(container.start() + 1, items.getFirst().start());
        return "," + (open.contains("\n") ? open : spacing);
    }

    private static List<Span> spans(ObjectNode object) {
        List<Span> spans = new ArrayList<>();
        for (Member member : object.members().values()) {
            spans.add(member.key().to(member.value().span()));
        }
        return spans;
    }

    private JsonDocument splice(int start, int end, String replacement) {
        return of(text.substring(0, start) + replacement + text.substring(end));
    }

    /** Returns a text as a JSON string, with quotes and escapes. */
    static String quote(String plain) {
        StringBuilder out = new StringBuilder("\"");
        plain.chars()
                .forEach(c -> {
                    if (c < ' ') {
                        out.append("\\u%04x".formatted(c));
                    } else {
                        out.append(c == '"' || c == '\\' ? "\\" : "").append((char) c);
                    }
                });
        return out.append('"').toString();
    }

    /**
     * The white space and commas with which an object is written.
     *
     * @param open the text between the brace and the first key
     * @param separator the last comma with the space around it
     * @param close the text between the last value and the brace
     * @param spacing a space, or empty in a file that has none after its colons
     */
    record Layout(String open, String separator, String close, String spacing) {

        /** Returns this layout on one line, with the same spacing. */
        Layout onOneLine() {
            return new Layout("", "," + spacing, "", spacing);
        }

        String colon() {
            return ":" + spacing;
        }

        /** Writes an object in this layout. */
        String object(Map<String, String> jsonByKey) {
            List<String> members = new ArrayList<>();
            jsonByKey.forEach((key, json) -> members.add(quote(key) + colon() + json));
            return "{" + open + String.join(separator, members) + close + "}";
        }
    }
}
