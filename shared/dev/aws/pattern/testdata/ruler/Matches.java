import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.Machine;

// Reads lines of {"pattern": ..., "event": ...} and answers each with true, false, or why the pattern is no pattern.
class Matches {
  public static void main(String[] arguments) throws Exception {
    ObjectMapper json = new ObjectMapper();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode asked = json.readTree(line);
      Machine machine = new Machine();
      try {
        machine.addRule("rule", asked.get("pattern").toString());
        System.out.println(!machine.rulesForJSONEvent(asked.get("event").toString()).isEmpty());
      } catch (java.io.IOException refusal) {
        System.out.println(refusal.getMessage().lines().findFirst().orElse("refused"));
      }
    }
  }
}
