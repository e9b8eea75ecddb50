using System.Text.Json;
using System.Text.Json.Nodes;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using Gpu.Shapes;
using ScenesVqa;
using static TorchSharp.torch;

namespace Benchmarks.Speed;

/// <summary>
/// A checkpoint of LLaVA-1.5-7B's shape in bfloat16, 14 GB, from the disk to a first token: through ML.NET, unreduced and under a plan, and through <c>eos evaluate</c>, which asks both. Each in a process of its own, in the data type that auto takes.
/// </summary>
internal static class SevenBillionSpeed
{
    internal const string Group = "7B";
    private const int Tokens = 64;
    private static readonly string Tokenizer = Path.Combine(AppContext.BaseDirectory, "scenes-llava");

    private sealed record FirstToken(double Seconds, long Peak);

    internal static IEnumerable<SpeedRow> Measure()
    {
        var folder = Directory.CreateTempSubdirectory("eos-7b-").FullName;
        try
        {
            // Of LLaVA-1.5-7B all but the numbers of tokens that mean something: they are those of the tokenizer beside it.
            var config = new LlavaConfig { Text = new LlamaConfig { VocabularySize = 32064, MaxPositions = 4096, RmsNormEps = 1e-5 }, ImageTokenIndex = 3, EosTokenIds = [2], PadTokenId = 0 };
            var weights = RandomCheckpoint.Write(config, folder, shards: 3, ScalarType.BFloat16).Sum(file => new FileInfo(file).Length);
            WriteProcessor(folder, config.Vision.ImageSize);
            DatasetWriter.Write(folder, seed: 5, train: 1, validation: 0, test: 0);
            var table = Path.Combine(folder, "train.tsv");
            var plan = Path.Combine(folder, "plan.json");
            using (var model = LlavaModel.Load(folder, ModelDataType.BFloat16))
                TypicalPlan.Of(model.ToPlanModel(), Tokens).Save(plan);
            yield return Row($"eos evaluate, unreduced and then {Tokens} mean tokens", Evaluate(folder, table, plan));
            yield return Row($"ML.NET, {Tokens} mean tokens", JsonSerializer.Deserialize<FirstToken>(TransformSpeed.Run(["first-token", folder, table, plan]))!);
            yield return Row("ML.NET, unreduced", JsonSerializer.Deserialize<FirstToken>(TransformSpeed.Run(["first-token", folder, table]))!);

            SpeedRow Row(string way, FirstToken found) => SpeedRow.Of(Group, $"memory to the first token, 7 billion parameters in bfloat16, {way}", [found.Peak / (double)weights], "the weights", "at most 1.1",
                FormattableString.Invariant($"{found.Seconds:0.0} s from the folder to the first token; {weights / 1e9:0.0} GB of weights"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The shipped model's words, and its way with pictures at another size.
    private static void WriteProcessor(string folder, int size)
    {
        foreach (var name in new[] { "vocab.json", "merges.txt", "tokenizer_config.json" })
            File.Copy(Path.Combine(Tokenizer, name), Path.Combine(folder, name));
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(Tokenizer, "preprocessor_config.json")))!;
        settings["size"]!["shortest_edge"] = size;
        settings["crop_size"] = new JsonObject { ["height"] = size, ["width"] = size };
        File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), settings.ToJsonString());
    }

    private static FirstToken Evaluate(string folder, string table, string plan)
    {
        var (seconds, peak) = EosProcess.Run("evaluate", "--model", folder, "--data", table, "--images", Path.Combine(folder, "images"), "--plan", plan, "--limit", "1", "--max-new-tokens", "1");
        return new FirstToken(seconds, peak);
    }
}
