using System.Text;
using EosMLNet.Onnx.Models;

namespace EosMLNet.Onnx;

/// <summary>The page in a folder that was exported for ONNX Runtime GenAI: what it can do and cannot do, and how it is called.</summary>
internal static class GenAiReadme
{
    private const string Heading = "# A model for ONNX Runtime GenAI", Usual = "README.md";

    /// <summary>Writes it: <c>README.md</c> or, where a page of somebody else has that name, <c>README-genai.md</c>.</summary>
    /// <param name="folder">Where it goes.</param>
    /// <param name="exported">The exported folder, where a page of somebody else may be.</param>
    /// <param name="graphs">What was exported.</param>
    /// <param name="inputs">The names of the decoder graph's inputs.</param>
    internal static void Save(string folder, string exported, ModelGraphs graphs, IReadOnlyList<string> inputs)
    {
        var other = Path.Combine(exported, Usual);
        var isOurs = !File.Exists(other) || File.ReadLines(other).FirstOrDefault("").StartsWith(Heading, StringComparison.Ordinal);
        AtomicFile.WriteText(Path.Combine(folder, isOurs ? Usual : "README-genai.md"), Text(graphs, inputs));
    }

    private static string Text(ModelGraphs graphs, IReadOnlyList<string> inputs)
    {
        var plan = graphs.Plan;
        var page = new StringBuilder();
        page.Append($"""
            {Heading}

            Written by EosMLNet (`eos export --layout genai`). The model is of the family {graphs.Config.ModelType}.
            {Sites(plan)}

            | file | what it is |
            |---|---|
            | `model.onnx`, `genai_config.json` | the decoder with its sites, for the `Model` and `Generator` of ONNX Runtime GenAI 0.18 |
            | `vision.onnx` | the vision encoder, for ONNX Runtime; EosMLNet runs it |
            | `eos-plan.json`, `eos-onnx.json` | the plan, and the hashes of the graphs |
            | the checkpoint's files, or `eos-weights.safetensors` | weights, which both graphs read where they lie, and the tokenizer |

            Copy the folder as a whole.

            ## How it is called

            Packages: `EosMLNet.Onnx`, `Microsoft.ML.OnnxRuntime`, `Microsoft.ML.OnnxRuntimeGenAI`.

            ```csharp
            using var prompts = GenAiPrompts.Load(folder);
            using var model = new Model(folder);
            using var prompt = prompts.Of([RgbImage.Decode("picture.png")], "what colour is the circle");
            using var settings = new GeneratorParams(model);
            settings.SetSearchOption("max_length", prompt.Ids.Length + 64);
            using var generator = new Generator(model, settings);
            foreach (var input in prompt.Inputs)
            """).Append('\n').Append("""
            {
                using var tensor = new Tensor(input.Address, input.Shape, (ElementType)input.ElementType);
                generator.SetModelInput(input.Name, tensor);
            }
            generator.AppendTokens(prompt.Ids);
            while (!generator.IsDone())
                generator.GenerateNextToken();
            Console.WriteLine(prompts.Read(generator.GetSequence(0)[prompt.Ids.Length..]));
            ```

            `max_length` is the room that is made for keys and values, in tokens: set it. `prompt` holds the memory of the inputs, so it is
            disposed behind the generator.

            ## What the decoder is given

            | input | shape | what it is |
            |---|---|---|

            """);
        foreach (var (name, shape, what) in inputs.Select(input => Described(input, graphs)).OfType<(string, string, string)>())
            page.Append($"| `{name}` | {shape} | {what} |\n");
        page.Append($"""

            G images of n visual tokens each; an image stands in the ids as n times the id {graphs.Config.ImageTokenIndex}. All inputs are
            set once, in front of the prompt. Cosines, the lengths of each layer's cache, and where visual tokens stand, are computed in
            the graph.

            ## What it cannot do

            - **One row.** Rows whose layers keep different numbers of tokens do not fit GenAI's one length. Use a generator a question.
            - **No beams**: GenAI shares buffers between past and present only without.
            - **All images stand in the first tokens that are appended**, whole. Texts that are appended later see them. Later images do not
              count.
            - **`RewindTo` goes to places behind the last image**, or to 0. In between, layers do not know how many tokens they have left.
            - **No `chunk_size`**: a site sees all of a prompt at once.
            - **Images of one prompt are alike**: all of one size, where a model's images have different numbers of tokens.
            - **Memory of keys and values is that of the unreduced model**: each layer's buffer has room for `max_length` tokens. What is
              read and computed is less.
            - It was tried on the CPU. The graph of another device is the same, but nobody has run it there.
            - GenAI's own `MultiModalProcessor` and `Tokenizer` are not used: the former knows no such model, the latter needs files that a
              checkpoint may not have.

            """);
        return page.ToString();
    }

    private static string Sites(ReductionPlan plan) =>
        plan.Sites.Count == 0 ? "It is unreduced."
            : "It is reduced:\n\n" + string.Join('\n', plan.Sites.Select(site => $"- {site.Place}: {site.Regime}"));

    // What an application sets; null for what GenAI does.
    private static (string, string, string)? Described(string input, ModelGraphs graphs) => input switch
    {
        DecoderNames.Features => (input, $"(G, n, {graphs.Config.Text.HiddenSize}) float32",
            "the visual tokens, which `vision.onnx` makes"),
        DecoderNames.Positions => (input, $"({graphs.Config.PositionAxes}, tokens + 1) int64",
            "the positions of the prompt's tokens, and that of the first new one"),
        DecoderNames.Index => (input, "(G, n) int64", "the places of visual tokens in the unreduced image"),
        DecoderNames.Mass => (input, "(G, n) float32", "how many tokens each stands for"),
        DecoderNames.ClsAttention => (input, "(G, n) float32", "the attention that the tower pays to each"),
        DecoderNames.Planes => (input, "(G, n, …) float32", "what the first layers add to them"),
        DecoderNames.Ids or DecoderNames.Mask => null,
        _ when input.StartsWith("past_key_values.", StringComparison.Ordinal) => null,
        _ when input.StartsWith("keep.", StringComparison.Ordinal) => (input,
            "(1) int64", "how many visual tokens of an image the site keeps"),
        _ => (input, "(G, entries)", "a table about the places of an image's tokens"),
    };
}
