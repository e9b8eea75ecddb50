using System.Text.Json.Nodes;
using EosMLNet.Tests.Plans;
using EosMLNet.Tests.Sites;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Latency;

public sealed class LatencyTableTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Property(MaxTest = 20)]
    public void What_is_saved_loads_as_the_same_table(int seed)
    {
        var table = LatencySample.Random(PlanModels.Scenes, seed);
        table = table.With(table.Profiles[0] with { Batch = 8 });
        table.Save(folder["table.json"]);
        var loaded = LatencyTable.Load(folder["table.json"]);
        Assert.Equal(table.ToJson(), loaded.ToJson());
        Assert.Equal(table.Target, loaded.Target);
        Assert.Single(Directory.GetFiles(folder.Path)); // no temporary file is left
    }

    [Fact]
    public void A_plan_takes_its_layers_its_sites_and_the_rest()
    {
        var table = LatencySample.Random(PlanModels.Scenes, 1);
        var p = table.Profiles[0];
        var plan = ReductionPlan.Create(PlanModels.Scenes,
        [
            new ReductionSite { Layer = 0, Keep = 64, Score = Scores.Of(ScoreCriterion.Novelty) },
            new ReductionSite { Layer = 2, Keep = 32, Transfer = 0.3, Temperature = 1, ProportionalAttention = 0.5, Score = Scores.Of(ScoreCriterion.TextAttention) },
            new ReductionSite { Layer = 5, Keep = 4, Diversity = 1, Transfer = 1, Reweight = 0.5, Score = Scores.Of(ScoreCriterion.TextAttention, ScoreCriterion.FeatureNorm) },
        ]);
        // Of 144 tokens: 1, 2, 4, 8, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144 for layers, and the powers of two and 144 for sites.
        var seconds = p.Rest + 2 * p.Layer[12] + 3 * p.WeightedLayer[8] + p.Layer[2]
            + p.Sites[LatencySiteKind.Prune][8][6] + p.Criteria[ScoreCriterion.Novelty][8]
            + p.Sites[LatencySiteKind.Transfer][6][5] + p.Criteria[ScoreCriterion.TextAttention][6] + p.ProportionalAttention[5]
            + p.Sites[LatencySiteKind.DiverseTransfer][5][2] + p.Criteria[ScoreCriterion.TextAttention][5] + p.Criteria[ScoreCriterion.FeatureNorm][5] + p.Reweight[2] + p.Nearest[5];
        Assert.Equal(1000 * seconds, table.Predict(plan), 1e-9);
        Assert.Equal(1000 * (p.Rest + 6 * p.Layer[^1]), table.Predict(ReductionPlan.Identity(PlanModels.Scenes)), 1e-9);
    }

    [Fact]
    public void Between_two_prompt_lengths_lies_what_is_between_and_nothing_beyond()
    {
        var (one, other) = (LatencySample.Random(PlanModels.Scenes, 1), LatencySample.Random(PlanModels.Scenes, 2).Profiles[0] with { TextTokens = 64 });
        var table = one.With(other);
        var plan = Plan();
        Assert.Equal(0.75 * table.Predict(plan, 32) + 0.25 * table.Predict(plan, 64), table.Predict(plan, 40), 1e-6);
        Assert.Equal(table.Predict(plan, 64), LatencyTable.FromJson(table.ToJson()).Predict(plan, 64));
        Expect.Error(EosErrors.InvalidOption, () => table.Predict(plan, 65), "65 text tokens", "64 text tokens, batch 1");
        Expect.Error(EosErrors.InvalidOption, () => table.Predict(plan, 31));
        Expect.Error(EosErrors.InvalidOption, () => table.Predict(plan, 32, batch: 2), "batch 2");
    }

    [Fact]
    public void Other_shapes_devices_and_sites_are_refused()
    {
        var table = LatencySample.Random(PlanModels.Scenes, 1);
        Expect.Error(EosErrors.PlanMismatch, () => table.Predict(ReductionPlan.Identity(PlanModels.Llava7B)), "6 layers of width 128", "32 layers of width 4096");
        Expect.Error(EosErrors.PlanMismatch, () => table.Predict(ReductionPlan.Create(PlanModels.Scenes, [new ReductionSite { Layer = 1, Keep = 9, Neighbours = 2, Score = Scores.Of(ScoreCriterion.Novelty) }])), "front of layer 1");
        table.CheckFits(PlanModels.Scenes with { Fingerprint = "sha256:other weights" });
        table.CheckFits(table.Target);
        Expect.Error(EosErrors.PlanMismatch, () => table.CheckFits(table.Target with { Device = "an abacus" }), "an abacus");
        Expect.Error(EosErrors.PlanMismatch, () => table.CheckFits(table.Target with { DataType = "Float16" }), "Float16");
        Expect.Error(EosErrors.PlanMismatch, () => table.CheckFits(PlanModels.Scenes with { Layers = 99 }), "99 layers");
    }

    public static TheoryData<string, Action<JsonObject>> Bad => new()
    {
        { "'version' is 2, but this library reads version 1; measure anew", j => j["version"] = 2 },
        { "version", j => j["version"] = "1" },
        { "target", j => j.Remove("target") },
        { "target", j => j["target"] = null },
        { "'target.layers'", j => j["target"]!["layers"] = 0 },
        { "'target.vocabulary'", j => j["target"]!["vocabulary"] = -1 },
        { "device", j => j["target"]!["device"] = null },
        { "colour", j => j["colour"] = "blue" },
        { "'profiles' has 0 entries, expected 1 to 256", j => j["profiles"] = new JsonArray() },
        { "'profiles[0]'", j => j["profiles"] = new JsonArray(null, null) },
        { "'profiles' has the same text tokens and batch twice", j => j["profiles"] = new JsonArray(Batch(j, 1), Batch(j, 1)) },
        { "'profiles[1]' was measured with other token counts or criteria than profiles[0]", j => j["profiles"] = new JsonArray(Batch(j, 1), Batch(Plain(), 7)) },
        { "'profiles[0].textTokens'", j => One(j)["textTokens"] = 0 },
        { "'profiles[0].batch'", j => One(j)["batch"] = int.MaxValue },
        { "'profiles[0].rest'", j => One(j)["rest"] = -1 },
        { "'profiles[0].rest'", j => One(j)["rest"] = JsonNode.Parse("1e999") },
        { "rest", j => One(j)["rest"] = "NaN" },
        { "'profiles[0].scales'", j => One(j)["layerScale"] = -2 },
        { "'profiles[0].layerTokens'", j => One(j)["layerTokens"]![0] = 0 },
        { "'profiles[0].layerTokens'", j => One(j)["layerTokens"]![3] = 4 },
        { "'profiles[0].layerTokens'", j => One(j)["layerTokens"] = new JsonArray() },
        { "'profiles[0].layerTokens'", j => j["target"]!["visualTokens"] = 145 },
        { "'profiles[0].layer'", j => One(j)["layer"] = new JsonArray(1, 2) },
        { "'profiles[0].layer' falls somewhere, expected values that never do", j => One(j)["layer"]![0] = 1000 },
        { "layer", j => One(j)["layer"] = null },
        { "'profiles[0].weightedLayer' is below layer somewhere", j => One(j)["weightedLayer"]![0] = 0 },
        { "'profiles[0].sites.Prune' has 0 rows, expected 9", j => One(j)["sites"]!.AsObject().Remove("prune") },
        { "'profiles[0].sites.Diverse'", j => One(j)["sites"]!["diverse"] = null },
        { "'profiles[0].sites.Diverse'", j => One(j)["sites"]!["diverse"]![4] = null },
        { "'profiles[0].sites.Diverse'", j => One(j)["sites"]!["diverse"]![4] = new JsonArray(1) },
        { "'profiles[0].sites.DiverseTransfer'", j => One(j)["sites"]!["diverseTransfer"]![0]![0] = 0 },
        { "charm", j => One(j)["criteria"]!["charm"] = new JsonArray() },
        { "'profiles[0].criteria.Probe'", j => One(j)["criteria"]!["probe"] = null },
        { "'target.layers' is 1048577, expected 1 to 1048576", j => j["target"]!["layers"] = (1 << 20) + 1 },
        { "'target.visualTokens' is 0", j => j["target"]!["visualTokens"] = 0 },
        { "'target.hiddenSize'", j => j["target"]!["hiddenSize"] = 0 },
        { "'target.intermediateSize'", j => j["target"]!["intermediateSize"] = 0 },
        { "'target.heads'", j => j["target"]!["heads"] = 0 },
        { "'target.keyValueHeads'", j => j["target"]!["keyValueHeads"] = 0 },
        { "'target.headSize'", j => j["target"]!["headSize"] = 0 },
        { "has 257 entries, expected 1 to 256", j => j["profiles"] = new JsonArray([.. Enumerable.Range(1, 257).Select(batch => Batch(j, batch))]) },
        { "is null, expected the measurements of a prompt length and a batch", j => j["profiles"] = new JsonArray((JsonNode?)null) },
        { "'profiles[1]' was measured with other token counts or criteria than profiles[0]", j => j["profiles"] = new JsonArray(Batch(j, 1), WithoutCriterion(Batch(j, 2))) },
        { "'profiles[0].textTokens' is 1048577, expected 1 to 1048576", j => One(j)["textTokens"] = (1 << 20) + 1 },
        { "'profiles[0].batch' is 1048577, expected 1 to 1048576", j => One(j)["batch"] = (1 << 20) + 1 },
        { "'profiles[0].siteTokens' has 0 counts, expected at most 256, ascending from 1 to the 144 visual tokens", j => One(j)["siteTokens"] = new JsonArray() },
        { "'profiles[0].weightedLayer' has 0 values, expected 18 from 0 to 1000000", j => One(j)["weightedLayer"] = new JsonArray() },
        { "'profiles[0].weightedLayer' falls somewhere", j => One(j)["weightedLayer"]![16] = 1e6 },
        { "'profiles[0].sites.DiverseTransfer' is below a kind that does less, in row 8", j => One(j)["sites"]!["diverseTransfer"]![8]![3] = 0 },
        { "'profiles[0].sites.DiverseTransfer' is below a kind that does less", j => One(j)["sites"]!["diverse"]![2]![1] = 1e5 },
        { "'profiles[0].nearest' has 1 values, expected 9 from 0 to 1000000", j => One(j)["nearest"] = new JsonArray(1) },
        { "'profiles[0].rest' has 1 values", j => One(j)["rest"] = 1.1e6 },
        { "'profiles[0].reweight'", j => One(j)["reweight"]![0] = -1e-9 },
        { "'profiles[0].proportionalAttention'", j => One(j)["proportionalAttention"] = new JsonArray() },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_table_is_refused_by_the_name_of_what_is_wrong(string named, Action<JsonObject> spoil)
    {
        var json = JsonNode.Parse(LatencySample.Random(PlanModels.Scenes, 1).ToJson())!.AsObject();
        spoil(json);
        Expect.Error(EosErrors.LatencyTable, () => LatencyTable.Load(folder.Write("bad.json", json.ToJsonString())), named, "bad.json");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{ \"version\": 1")]
    [InlineData("{ \"version\": 1, \"version\": 1 }")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void Text_that_is_no_table_is_refused(string text) => Expect.Error(EosErrors.LatencyTable, () => LatencyTable.Load(folder.Write("bad.json", text)), "bad.json");

    [Fact]
    public void Bytes_that_are_no_text_large_files_and_missing_ones_are_refused()
    {
        File.WriteAllBytes(folder["bad.json"], [0x7b, 0xff, 0xfe]);
        Expect.Error(EosErrors.LatencyTable, () => LatencyTable.Load(folder["bad.json"]), "UTF-8");
        File.WriteAllBytes(folder["large.json"], new byte[(1 << 24) + 1]);
        Expect.Error(EosErrors.LatencyTable, () => LatencyTable.Load(folder["large.json"]), "bytes");
        Expect.Error(EosErrors.FileMissing, () => LatencyTable.Load(folder["missing.json"]), "--calibrate");
        Expect.Error(EosErrors.FileMissing, () => LatencyTable.Load(folder.Path));
    }

    [Fact]
    public void A_table_that_contradicts_itself_is_not_written()
    {
        var table = LatencySample.Random(PlanModels.Scenes, 1);
        Expect.Error(EosErrors.LatencyTable, () => (table with { Profiles = [] }).Save(folder["none.json"]));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    // The most and the least that is allowed.
    [Fact]
    public void Numbers_at_their_ends_and_equal_times_are_read()
    {
        var json = JsonNode.Parse(LatencySample.Plain(PlanModels.Scenes with { VisualTokens = 1 }, 1).ToJson())!.AsObject();
        foreach (var name in new[] { "layers", "hiddenSize", "intermediateSize", "heads", "keyValueHeads", "headSize", "vocabulary" })
            json["target"]![name] = name == "heads" ? 1 << 20 : 1;
        (One(json)["textTokens"], One(json)["rest"]) = (1 << 20, 1e6);
        json["profiles"] = new JsonArray([.. Enumerable.Range(1, 255).Append(1 << 20).Select(batch => Batch(json, batch))]);
        Assert.Equal(256, LatencyTable.FromJson(json.ToJsonString()).Profiles.Count);
    }

    [Fact]
    public void An_unknown_criterion_is_not_written()
    {
        var table = LatencySample.Plain(PlanModels.Scenes, 1);
        var criteria = new Dictionary<ScoreCriterion, IReadOnlyList<double>>(table.Profiles[0].Criteria) { [(ScoreCriterion)99] = [0, 0] };
        Expect.Error(EosErrors.LatencyTable, () => (table with { Profiles = [table.Profiles[0] with { Criteria = criteria }] }).Save(folder["none.json"]), "has an unknown criterion");
    }

    private static JsonNode Batch(JsonObject table, int batch)
    {
        var profile = One(table).DeepClone();
        profile["batch"] = batch;
        return profile;
    }

    private static JsonNode WithoutCriterion(JsonNode profile)
    {
        profile["criteria"]!.AsObject().Remove("probe");
        return profile;
    }

    private static JsonObject One(JsonObject table) => table["profiles"]![0]!.AsObject();

    // Measured with another grid.
    private static JsonObject Plain() => JsonNode.Parse(LatencySample.Plain(PlanModels.Scenes, 1).ToJson())!.AsObject();

    private static ReductionPlan Plan() => ReductionPlan.Create(PlanModels.Scenes, [new ReductionSite { Layer = 1, Keep = 20, Diversity = 1, Score = Scores.Of(ScoreCriterion.Novelty) }]);
}
