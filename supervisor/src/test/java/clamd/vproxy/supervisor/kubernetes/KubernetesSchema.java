package clamd.vproxy.supervisor.kubernetes;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.JSON;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The Kubernetes API, as the models say that are generated from its OpenAPI description: unknown
 * fields, missing ones, values of a wrong type. Stateless.
 *
 * <p>The models' own check finds the first two. Values of a wrong type are found by what becomes of
 * them: an object that was read and is written again must say the same.
 */
final class KubernetesSchema {
    private static final String MODELS = "io.kubernetes.client.openapi.models.V1";

    private KubernetesSchema() {}

    static List<String> problems(JsonObject object) {
        String kind = Objects.requireNonNull(object.get("kind")).getAsString();
        List<String> problems = new ArrayList<>();
        try {
            Class<?> model = Class.forName(MODELS + kind);
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, object);
            JsonElement again = JSON.getGson().toJsonTree(JSON.getGson().fromJson(object, model));
            compare(kind, object, again, problems);
        } catch (InvocationTargetException e) {
            problems.add(kind + ": " + Objects.requireNonNull(e.getCause()).getMessage());
        } catch (ReflectiveOperationException e) {
            problems.add(kind + ": no such kind: " + e);
        } catch (RuntimeException e) {
            problems.add(kind + ": " + e.getMessage());
        }
        return problems;
    }

    private static void compare(
            String path, JsonElement given, JsonElement understood, List<String> problems) {
        if (given.isJsonObject() && understood.isJsonObject()) {
            // what was not given and is an empty list or map then, says nothing
            for (Map.Entry<String, JsonElement> each : given.getAsJsonObject().entrySet()) {
                JsonElement right = understood.getAsJsonObject().get(each.getKey());
                compare(
                        path + "." + each.getKey(),
                        each.getValue(),
                        right == null ? JsonNull.INSTANCE : right,
                        problems);
            }
        } else if (given.isJsonArray()
                && understood.isJsonArray()
                && given.getAsJsonArray().size() == understood.getAsJsonArray().size()) {
            for (int i = 0; i < given.getAsJsonArray().size(); i++) {
                JsonElement left = given.getAsJsonArray().get(i);
                compare(path + "[" + i + "]", left, understood.getAsJsonArray().get(i), problems);
            }
        } else if (!given.equals(understood)) {
            problems.add(path + ": " + given + " is taken for " + understood);
        }
    }
}
