using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace EosMLNet.Tool.Tests.CommandLine;

/// <summary>What goes wrong with files from outside, as seen from the command line: the code, the exit code, and no stack trace.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TinyModel tiny = new();

    public void Dispose() => tiny.Dispose();

    private static readonly Dictionary<string, (string Code, Action<TinyModel> Spoil)> Cases = new()
    {
        ["no model folder"] = ("EOS1001", tiny => Directory.Delete(tiny.Model, recursive: true)),
        ["no weights"] = ("EOS1001", tiny => File.Delete(Weights(tiny))),
        ["weights cut short in the header"] = ("EOS1002", tiny => File.WriteAllBytes(Weights(tiny), File.ReadAllBytes(Weights(tiny))[..100])),
        ["weights cut short in the data"] = ("EOS1003", tiny => File.WriteAllBytes(Weights(tiny), File.ReadAllBytes(Weights(tiny))[..^8])),
        ["empty weights"] = ("EOS1002", tiny => File.WriteAllBytes(Weights(tiny), [])),
        ["a header larger than the file"] = ("EOS1002", tiny => Raw(tiny, "{}", headerLength: 1L << 40)),
        ["a header that is no JSON"] = ("EOS1002", tiny => Raw(tiny, "{\"a\": ")),
        ["tensors that overlap"] = ("EOS1003", tiny => Raw(tiny, """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", data: 12)),
        ["a tensor that leaves the file"] = ("EOS1003", tiny => Raw(tiny, """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", data: 4)),
        ["an unknown data type"] = ("EOS1004", tiny => Raw(tiny, """{"a":{"dtype":"F6_E3M2","shape":[2],"data_offsets":[0,8]}}""", data: 8)),
        ["a shape that contradicts the configuration"] = ("EOS1005", tiny => Edit(tiny, config => config["text_config"]!["vocab_size"] = 321)),
        ["a missing tensor"] = ("EOS1006", tiny => Edit(tiny, config => config["text_config"]!["num_hidden_layers"] = 5)),
        ["an index that names a missing shard"] = ("EOS1007", tiny =>
        {
            File.Delete(Weights(tiny));
            File.WriteAllText(Weights(tiny) + ".index.json", """{"weight_map":{"language_model.model.norm.weight":"model-00001-of-00002.safetensors"}}""");
        }
        ),
        ["a configuration that is no JSON"] = ("EOS1008", tiny => File.WriteAllText(Config(tiny), "{\"model_type\": \"llava\"")),
        ["an unknown model type"] = ("EOS1009", tiny => Edit(tiny, config => config["model_type"] = "qwen2_vl")),
        ["an image that is none"] = ("EOS1010", tiny => File.WriteAllText(Image(tiny), "not an image")),
        ["an image of zero bytes"] = ("EOS1010", tiny => File.WriteAllBytes(Image(tiny), [])),
        ["an image that is not there"] = ("EOS1011", tiny => File.Delete(Image(tiny))),
        ["an empty question"] = ("EOS1011", tiny => File.AppendAllText(tiny.Table, "  \t0.png\tred\tcolour\n")),
        ["a row with too few cells"] = ("EOS1011", tiny => File.AppendAllText(tiny.Table, "what?\n")),
        ["a table without the column Answer"] = ("EOS1011", tiny => File.WriteAllText(tiny.Table, "ImagePath\tQuestion\n0.png\twhat?\n")),
        ["an image path that leaves the folder"] = ("EOS1011", tiny => File.AppendAllText(tiny.Table, "what?\t../rows.tsv\tred\tcolour\n")),
        ["a table without rows"] = ("EOS1012", tiny => File.WriteAllText(tiny.Table, "ImagePath\tQuestion\tAnswer\n")),
        ["no table"] = ("EOS1001", tiny => File.Delete(tiny.Table)),
        ["no tokenizer"] = ("EOS1014", tiny => File.Delete(Path.Combine(tiny.Model, "vocab.json"))),
        ["no plan"] = ("EOS1001", tiny => File.Delete(Plan(tiny))),
        ["a plan that is no JSON"] = ("EOS4001", tiny => File.WriteAllText(Plan(tiny), "plan")),
        ["a plan of a newer version"] = ("EOS4001", tiny => EditPlan(tiny, plan => plan["version"] = 3)),
        ["a plan that keeps more than there is"] = ("EOS4001", tiny => EditPlan(tiny, plan => plan["sites"]![0]!["keep"] = 17)),
        ["a plan of another model"] = ("EOS4002", tiny => EditPlan(tiny, plan => plan["model"]!["fingerprint"] = "sha256:" + new string('0', 64))),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Bad_input_has_its_code(string name)
    {
        var (code, spoil) = Cases[name];
        Plan(tiny);
        spoil(tiny);
        var run = await EosRun.Of("evaluate", "--model", tiny.Model, "--plan", tiny["plan-4.json"], "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu", "--max-new-tokens", "1");
        // In front stands the file with its line, where the fault has one.
        Assert.True(run.Error.StartsWith($"eos : error {code}: ", StringComparison.Ordinal) || run.Error.Contains($") : error {code}: ", StringComparison.Ordinal), $"{code} expected: {run.Error}");
        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.DoesNotContain("Accuracy", run.Output);
    }

    private static string Weights(TinyModel tiny) => Path.Combine(tiny.Model, "model.safetensors");
    private static string Config(TinyModel tiny) => Path.Combine(tiny.Model, "config.json");
    private static string Image(TinyModel tiny) => Path.Combine(tiny.Images, "3.png");
    private static string Plan(TinyModel tiny) => File.Exists(tiny["plan-4.json"]) ? tiny["plan-4.json"] : tiny.Plan(4);

    private static void Edit(TinyModel tiny, Action<JsonNode> change) => EditJson(Config(tiny), change);

    private static void EditPlan(TinyModel tiny, Action<JsonNode> change) => EditJson(Plan(tiny), change);

    private static void EditJson(string path, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    private static void Raw(TinyModel tiny, string header, int data = 0, long? headerLength = null)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, headerLength ?? header.Length);
        File.WriteAllBytes(Weights(tiny), [.. prefix, .. Encoding.UTF8.GetBytes(header), .. new byte[data]]);
    }
}
