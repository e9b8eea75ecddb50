using System.Text.Json;
using System.Text.Json.Nodes;

namespace EosMLNet.Tests.Plans;

public sealed class ReductionPlanTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("eos-plan-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_saved_loads_as_the_same_plan()
    {
        var plan = Searched();
        plan.Save(At("plan.json"));
        var loaded = ReductionPlan.Load(At("plan.json"));
        Assert.Equal(plan.ToJson(), loaded.ToJson());
        Assert.Equal(plan.Parameters!.Probe, loaded.Parameters!.Probe);
        Assert.Equal(plan.Parameters.Relevance!.Text, loaded.Parameters.Relevance!.Text);
        Assert.Equal(plan.Parameters.Relevance.Rank, loaded.Parameters.Relevance.Rank);
        Assert.Equal((0.1 + 0.2, double.PositiveInfinity), (loaded.Sites[0].Transfer, loaded.Sites[1].Temperature));
        Assert.Equal(plan.Model, loaded.Model);
        Assert.Equal(plan.Constraints, loaded.Constraints);
        Assert.Equal(plan.Provenance, loaded.Provenance);
    }

    [Fact]
    public void The_same_plan_gives_the_same_bytes()
    {
        Searched().Save(At("a.json"));
        Searched().Save(At("b.json"));
        Assert.Equal(File.ReadAllBytes(At("a.json")), File.ReadAllBytes(At("b.json")));
        Assert.Equal(File.ReadAllBytes(At("a.safetensors")), File.ReadAllBytes(At("b.safetensors")));
        var text = File.ReadAllText(At("a.json"));
        Assert.StartsWith("{\n  \"version\": 1,\n  \"model\": {\n    \"family\": \"llava\",\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", text);
        Assert.Equal(4, Directory.GetFiles(folder).Length); // no temporary file is left
    }

    [Fact]
    public void Criteria_are_written_in_one_order_whatever_the_order_they_were_given_in()
    {
        var forth = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 0.1, [ScoreCriterion.Random] = 0.9 };
        var back = forth.Reverse().ToDictionary();
        Assert.Equal(ReductionPlan.Create(PlanModels.Scenes, [PlanModels.Site(9) with { Score = forth }]).ToJson(),
            ReductionPlan.Create(PlanModels.Scenes, [PlanModels.Site(9) with { Score = back }]).ToJson());
    }

    [Fact]
    public void A_plan_without_learned_parameters_is_one_file()
    {
        Baselines.ToMe(PlanModels.Scenes, 16).Save(At("tome.json"));
        Assert.Equal([At("tome.json")], Directory.GetFiles(folder));
        Assert.Equal(4, ReductionPlan.Load(At("tome.json")).Sites.Count);
    }

    [Fact]
    public void A_plan_says_whether_it_looks_at_the_question()
    {
        Assert.True(ReductionPlan.Identity(PlanModels.Scenes).IsQuestionAgnostic);
        Assert.False(Searched().IsQuestionAgnostic);
    }

    [Fact]
    public void A_file_written_by_hand_may_leave_out_what_follows_from_the_rest()
    {
        var json = Json();
        json.Remove("parametersFingerprint");
        json.Remove("questionAgnostic");
        json.Remove("provenance");
        Site(json).Remove("regime");
        Site(json)["score"] = new JsonObject { ["featureNorm"] = 1 };
        Assert.Equal(OperatorRegime.Hybrid, ReductionPlan.FromJson(json.ToJsonString()).Sites[0].Regime);
    }

    public static TheoryData<string, Action<JsonObject>> Bad => new()
    {
        { "version", j => j.Remove("version") },
        { "version", j => j["version"] = 0 },
        {
            "has version 3, but this library reads versions up to 2. Use a newer EosMLNet.",
            j => { j["version"] = 3; j["tomorrow"] = true; }
        },
        { "model", j => j.Remove("model") },
        { "model", j => j["model"] = null },
        { "'model.layers'", j => j["model"]!["layers"] = 0 },
        { "'model.layers'", j => j["model"]!["layers"] = 2_000_000_000 },
        { "'model.visualTokens'", j => j["model"]!["visualTokens"] = 146 },
        { "'model.hiddenSize'", j => j["model"]!["hiddenSize"] = -1 },
        { "family", j => ((JsonObject)j["model"]!).Remove("family") },
        { "sites", j => j["sites"] = 3 },
        { "'sites[0]'", j => j["sites"]![0] = null },
        { "surprise", j => Site(j)["surprise"] = 1 },
        { "keep", j => Site(j).Remove("keep") },
        { "keep", j => Site(j)["keep"] = 36.5 },
        { "'sites[0].keep'", j => Site(j)["keep"] = 0 },
        { "'sites[0].keep'", j => Site(j)["keep"] = -4 },
        { "'sites[0].keep'", j => Site(j)["keep"] = 145 },
        { "'sites[1].keep'", j => Site(j, 1)["keep"] = 37 },
        { "'sites[1].keep'", j => Site(j, 1)["keep"] = 17 },                          // no cut of 12 x 12 into 17 windows
        { "'sites[0].layer'", j => Site(j)["layer"] = -1 },
        { "'sites[2].layer'", j => Site(j, 2)["layer"] = 6 },
        { "'sites[1].layer'", j => Site(j)["layer"] = 1 },
        { "'sites[0].transfer'", j => Site(j)["transfer"] = 1.5 },
        { "'sites[0].transfer'", j => Site(j)["transfer"] = "NaN" },
        { "'sites[0].temperature'", j => Site(j)["temperature"] = -1 },
        { "'sites[0].temperature'", j => Site(j)["temperature"] = "NaN" },
        { "temperature", j => Site(j)["temperature"] = "hot" },
        { "'sites[0].reweight'", j => Site(j)["reweight"] = "Infinity" },
        { "'sites[0].diversity'", j => Site(j)["diversity"] = -0.5 },
        { "'sites[0].diversity'", j => Site(j)["diversity"] = "Infinity" },
        { "'sites[0].proportionalAttention'", j => Site(j)["proportionalAttention"] = 2 },
        { "'sites[0].affinity.spatialSigma'", j => Site(j)["affinity"]!["spatialSigma"] = 0 },
        { "feature", j => Site(j)["affinity"]!["feature"] = "smell" },
        { "$.sites[0].affinity.feature", j => Site(j)["affinity"]!["feature"] = 0 },
        { "$.sites[0].affinity.measure", j => Site(j)["affinity"]!["measure"] = 0 },
        { "$.sites[0].affinity.mask", j => Site(j)["affinity"]!["mask"] = 0 },
        { "$.sites[0].normalization", j => Site(j)["normalization"] = 0 },
        { "$.sites[0].attentionSource", j => Site(j)["attentionSource"] = 0 },
        { "$.sites[0].extra.rule", j => Site(j)["extra"] = new JsonObject { ["count"] = 1, ["rule"] = 1 } },
        { "$.sites[0].score", j => Site(j)["score"] = new JsonObject { ["5"] = 1 } },
        { "$.imagePadding", j => j["imagePadding"] = 0 },
        { "charm", j => Site(j)["score"]!["charm"] = 1 },
        { "'sites[0].score'", j => Site(j)["score"] = new JsonObject() },
        { "'sites[0].score'", j => Site(j)["score"] = new JsonObject { ["textAttention"] = 1 } },
        { "'sites[0].score'", j => Site(j)["score"] = new JsonObject { ["raterAttention"] = 1 } },
        { "'sites[2].raterHeads'", j => Site(j, 2)["raterHeads"] = 0 },
        { "'sites[2].raterHeads'", j => Site(j, 2)["raterHeads"] = 5 },
        { "'sites[2].extra.textPivots'", j => Site(j, 2)["extra"] = new JsonObject { ["count"] = 1, ["rule"] = "stride", ["textPivots"] = 1 } },
        { "'sites[2].extra.candidates'", j => Site(j, 2)["extra"] = new JsonObject { ["count"] = 2, ["rule"] = "densityPeaks", ["candidates"] = 1 } },
        { "'sites[2].extra.candidates'", j => Site(j, 2)["extra"] = new JsonObject { ["count"] = 2, ["rule"] = "densityPeaks", ["candidates"] = 15 } },
        { "'sites[2].extra.rule'", j => { Site(j, 2)["extra"] = new JsonObject { ["count"] = 4, ["rule"] = "dissimilar" }; Site(j, 2)["score"] = new JsonObject(); } },
        { "attentionSource", j => Site(j)["attentionSource"] = "nextLayer" },
        { "score", j => Site(j)["score"] = null },
        {
            "'sites[0].regime' is \"Prune\", but the rest of the plan makes it \"Hybrid\". Correct one of them.",
            j => Site(j)["regime"] = "Prune"
        },
        { "'sites[0].regime' is 7", j => Site(j)["regime"] = 7 },
        { "stage", j => Site(j)["stage"] = "cellar" },
        { "$.sites[0].stage", j => Site(j)["stage"] = 0 },
        { "'sites[0].stage'", j => Site(j)["stage"] = "projector" },                        // it has a probe
        { "'sites[0].layer'", j => (Site(j)["stage"], Site(j)["layer"]) = ("projector", 1) },
        { "'sites[0].layer'", j => (Site(j)["stage"], Site(j)["layer"]) = ("tower", 3) },
        { "'sites[1].layer'", j => Site(j, 1)["stage"] = "tower" },
        { "'sites[2].extra.rule'", j => Site(j, 2)["extra"] = new JsonObject { ["count"] = 1, ["rule"] = "coverage" } },
        { "'sites[2].affinity.measure'", j => Alone(Site(j, 2), "determinantal")["affinity"] = new JsonObject { ["measure"] = "distance" } },
        { "'sites[2].extra.weight'", j => Alone(Site(j, 2), "coverage")["extra"]!["weight"] = "featureNorm" },
        { "'sites[2].extra.weight'", j => Site(j, 2)["extra"] = new JsonObject { ["count"] = 1, ["rule"] = "stride", ["weight"] = "textAttention" } },
        { "'sites[0].extra.count'", j => Site(j)["extra"] = new JsonObject { ["count"] = 0, ["rule"] = "stride" } },
        { "'sites[0].extra.count'", j => Site(j)["extra"] = new JsonObject { ["count"] = 37, ["rule"] = "farthest" } },
        { "rule", j => Site(j)["extra"] = new JsonObject { ["count"] = 1, ["rule"] = "luck" } },
        { "'sites[0].neighbours'", j => Site(j)["neighbours"] = 0 },
        { "'sites[0].giverWeight'", j => Site(j)["giverWeight"] = "random" },
        { "'sites[0].residual'", j => Site(j)["residual"] = true },
        { "'model.towerLayers'", j => j["model"]!["towerLayers"] = -1 },
        { "'questionAgnostic'", j => j["questionAgnostic"] = true },
        { "'parametersFingerprint'", j => j["parametersFingerprint"] = "sha256:00" },
        { "probe", j => j["parametersFingerprint"] = null },
        { "'ledger.visualTokensPerLayer'", j => j["ledger"]!["visualTokensPerLayer"]![0] = 35 },
        { "'ledger.mean'", j => j["ledger"]!["mean"] = 16 },
        { "'ledger.mean'", j => j["ledger"]!["mean"] = "NaN" },
        { "'ledger.final'", j => j["ledger"]!["final"] = 3 },
        { "'ledger.macsRatio'", j => j["ledger"]!["macsRatio"] = 0.01 },
        { "'ledger.textTokens'", j => j["ledger"]!["textTokens"] = -1 },
        { "'constraints[0].limit'", j => j["constraints"]![0]!["limit"] = 9.99 },
        { "'constraints[0]'", j => j["constraints"]![0]!["multiplier"] = "NaN" },
        { "'constraints[0].slack'", j => { j["constraints"]![0]!["kind"] = "LatencyMs"; j["constraints"]![0]!["slack"] = 16; } },
        { "'constraints[0].slack'", j => { j["constraints"]![0]!["kind"] = "LatencyFraction"; j["constraints"]![0]!["slack"] = -1; } },
        { "'constraints[0].slack'", j => { j["constraints"]![0]!["kind"] = "LatencyMs"; j["constraints"]![0]!["limit"] = 0; } },
        { "kind", j => j["constraints"]![0]!["kind"] = "Beauty" },
        { "kind", j => j["constraints"]![0]!["kind"] = 0 },
        { "kind", j => j["constraints"]![0]!["kind"] = null },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_plan_is_refused_by_the_name_of_what_is_wrong(string named, Action<JsonObject> spoil)
    {
        Searched().Save(At("plan.json"));
        var json = Json();
        spoil(json);
        File.WriteAllText(At("plan.json"), json.ToJsonString());
        AssertRefused(named);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{ \"version\": 1")]
    [InlineData("{ \"version\": 1, \"version\": 1 }")]
    [InlineData("{ \"version\": \"1\" }")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void Text_that_is_no_plan_is_refused(string text)
    {
        File.WriteAllText(At("plan.json"), text);
        AssertRefused("plan.json");
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        File.WriteAllBytes(At("plan.json"), [0xFF, 0xFE, 0x00, 0xC0]);
        AssertRefused("UTF-8");
    }

    [Fact]
    public void An_entry_of_a_whole_plan_that_is_there_twice_is_refused()
    {
        var json = Searched().ToJson();
        foreach (var entry in (string[])["\"version\": 1,", "\"layers\": 6,"])
        {
            File.WriteAllText(At("plan.json"), json.Replace(entry, entry + entry, StringComparison.Ordinal));
            AssertRefused(entry.Split('"')[1]);
        }
    }

    [Fact]
    public void A_missing_file_is_named() => Expect.Error(EosErrors.FileMissing, () => ReductionPlan.Load(At("none.json")),
        $"'{At("none.json")}' cannot be read: ", " Expected a reduction plan.");

    [Fact]
    public void A_file_has_at_most_16_megabytes()
    {
        File.WriteAllText(At("plan.json"), ReductionPlan.Identity(PlanModels.Scenes).ToJson().PadRight(1 << 24));
        Assert.Empty(ReductionPlan.Load(At("plan.json")).Sites);
        File.AppendAllText(At("plan.json"), " ");
        AssertRefused("has 16777217 bytes; a reduction plan has at most 16777216.");
    }

    [Fact]
    public void A_plan_that_contradicts_itself_is_not_saved()
    {
        Expect.Error(EosErrors.PlanFile, () => (Searched() with { Version = 99 }).Save(At("plan.json")),
            $"'{At("plan.json")}': 'version' is 99");
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Learned_parameters_that_are_missing_truncated_of_another_size_or_of_another_plan_are_refused()
    {
        Searched().Save(At("plan.json"));
        var bytes = File.ReadAllBytes(At("plan.safetensors"));
        File.Delete(At("plan.safetensors"));
        AssertRefused("plan.safetensors");
        File.WriteAllBytes(At("plan.safetensors"), bytes[..^8]);
        AssertRefused("plan.safetensors");
        Replace("probe", 127);
        AssertRefused("127");
        Replace("probe", 128);
        AssertRefused("relevance");
        SafetensorsFile.Write(At("plan.safetensors"), [Zeros("probe", 128), Zeros("relevance.visual", 3, 128), Zeros("relevance.text", 3, 128)]);
        AssertRefused("parametersFingerprint");

        void Replace(string name, params long[] shape) => SafetensorsFile.Write(At("plan.safetensors"), [Zeros(name, shape)]);
    }

    public static TheoryData<string, SafetensorsPart[]> OtherTensors
    {
        get
        {
            const string Expected = "; expected some of probe, relevance.visual, relevance.text.";
            const string OneOfTwo = " has only one of 'relevance.visual' and 'relevance.text', or their shapes differ; expected two of " +
                "the same shape.";
            return new()
            {
                { " has no tensor" + Expected, [] },
                { " has an unknown tensor 'other'" + Expected, [Zeros("probe", 128), Zeros("other", 128)] },
                { ": 'probe' has 2 dimensions, expected 1.", [Zeros("probe", 2, 64)] },
                { ": 'relevance.text' has 1 dimensions, expected 2.", [Zeros("relevance.visual", 1, 128), Zeros("relevance.text", 128)] },
                { OneOfTwo, [Zeros("relevance.visual", 2, 128)] },
                { OneOfTwo, [Zeros("relevance.text", 2, 128)] },
                { OneOfTwo, [Zeros("relevance.visual", 2, 128), Zeros("relevance.text", 1, 128)] },
            };
        }
    }

    [Theory]
    [MemberData(nameof(OtherTensors))]
    public void Learned_parameters_of_other_tensors_are_refused(string says, SafetensorsPart[] tensors)
    {
        Searched().Save(At("plan.json"));
        SafetensorsFile.Write(At("plan.safetensors"), tensors);
        var refusal = Assert.Throws<EosException>(() => ReductionPlan.Load(At("plan.json")));
        Assert.Equal((EosErrors.PlanFile, $"'{At("plan.safetensors")}'{says}"), (refusal.Code, refusal.Detail));
    }

    public static TheoryData<string, PlanModel> OtherModels => new()
    {
        { "layers: 6; here: 32", PlanModels.Llava7B },
        { "layers: 6; here: 8", PlanModels.Scenes with { Layers = 8 } },
        { "visual tokens: 144; here: 145", PlanModels.Scenes with { VisualTokens = 145 } },
        { "hidden size: 128; here: 256", PlanModels.Scenes with { HiddenSize = 256 } },
        { "fingerprint: sha256:00; here: sha256:ff", PlanModels.Scenes with { Fingerprint = "sha256:ff" } },
        { $"remaining numbers: {PlanModels.Scenes}; here: {PlanModels.Scenes with { Heads = 8 }}", PlanModels.Scenes with { Heads = 8 } },
    };

    [Theory]
    [MemberData(nameof(OtherModels))]
    public void A_plan_refuses_another_model_and_names_the_difference(string differs, PlanModel other)
    {
        var refusal = Assert.Throws<EosException>(() => Searched().CheckFits(other));
        Assert.Equal((EosErrors.PlanMismatch, $"The plan was made for another model ({differs}). Use the model that the plan names, or " +
            "search a plan for this one."), (refusal.Code, refusal.Detail));
    }

    [Fact]
    public void A_plan_fits_its_model_also_where_it_did_not_record_the_tower()
    {
        Searched().CheckFits(PlanModels.Scenes);
        ReductionPlan.Identity(PlanModels.Scenes with { TowerLayers = 0 }).CheckFits(PlanModels.Scenes);
    }

    [Fact]
    public void The_published_schema_accepts_what_is_written_and_nothing_else()
    {
        var schema = JsonSchema.Published;
        Assert.Empty(schema.Errors(JsonSerializer.SerializeToElement(Json())));
        foreach (var plan in new[] { Baselines.FastV(PlanModels.Scenes, 16), Baselines.ToMe(PlanModels.Scenes, 4), ReductionPlan.Identity(PlanModels.Llava7B) })
            Assert.Empty(schema.Errors(JsonDocument.Parse(plan.ToJson()).RootElement));
        foreach (var preset in new[] { ReductionPresets.SparseVlm2([3, 4], [36, 16], 2), ReductionPresets.PyramidDrop([0, 3], [72, 36]), ReductionPresets.SparseVlm1(144, [1, 2], [50, 20]), ReductionPresets.Dart(2, 36) })
        {
            var plan = ReductionPlan.Create(PlanModels.Scenes, preset);
            Assert.Empty(schema.Errors(JsonDocument.Parse(plan.ToJson()).RootElement));
            Assert.Equal(plan.ToJson(), ReductionPlan.FromJson(plan.ToJson()).ToJson());
            Assert.Equal(plan.Sites.Select(site => site.Extra), ReductionPlan.FromJson(plan.ToJson()).Sites.Select(site => site.Extra));
            Assert.Equal(plan.Sites.Select(site => (site.AttentionSource, site.RaterHeads, site.PositionCorrection)),
                ReductionPlan.FromJson(plan.ToJson()).Sites.Select(site => (site.AttentionSource, site.RaterHeads, site.PositionCorrection)));
        }
        foreach (var spoil in new Action<JsonObject>[] { j => j.Remove("ledger"), j => j["x"] = 1, j => Site(j)["transfer"] = 2, j => Site(j)["score"]!["charm"] = 1, j => Site(j)["keep"] = "many" })
        {
            var json = Json();
            spoil(json);
            Assert.NotEmpty(schema.Errors(JsonSerializer.SerializeToElement(json)));
        }
    }

    private static ReductionPlan Searched() => ReductionPlan.Create(PlanModels.Scenes,
        [
            PlanModels.Site(36) with
            {
                Transfer = 0.1 + 0.2, Temperature = 0.22, ProportionalAttention = 0.5, Affinity = new Affinity { SpatialSigma = 3 },
                Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 0.25, [ScoreCriterion.Probe] = 0.5, [ScoreCriterion.TextRelevance] = 0.25 },
            },
            PlanModels.Site(16, ScoreCriterion.Grid) with { Transfer = 1, Temperature = double.PositiveInfinity, Affinity = new Affinity { Mask = AffinityMask.Window } },
            PlanModels.Site(4) with { Layer = 3, Reweight = 0.5 },
        ],
        new ScoreParameters { Probe = Numbers(128), Relevance = new TextRelevance(3, Numbers(3 * 128), Numbers(3 * 128)) }) with
    {
        Constraints = [new PlanConstraint(ConstraintKind.MeanVisualTokens, 16, 6, 1.9)],
        Provenance = new PlanProvenance(1, 12800, "sha256:aa", "0.1.0", "cpu"),
    };

    private static SafetensorsPart Zeros(string name, params long[] shape) =>
        SafetensorsPart.Of(name, new float[shape.Aggregate(1L, (product, n) => product * n)], shape);

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i))];

    private static JsonObject Json() => JsonNode.Parse(Searched().ToJson())!.AsObject();

    // All four anchors of the last site by a rule.
    private static JsonObject Alone(JsonObject site, string rule)
    {
        (site["score"], site["extra"]) = (new JsonObject(), new JsonObject { ["count"] = 4, ["rule"] = rule });
        return site;
    }

    private static JsonObject Site(JsonObject plan, int index = 0) => plan["sites"]![index]!.AsObject();

    private string At(string name) => Path.Combine(folder, name);

    private void AssertRefused(string named)
    {
        var refusal = Assert.Throws<EosException>(() => ReductionPlan.Load(At("plan.json")));
        Assert.Equal(EosErrors.PlanFile, refusal.Code);
        Assert.Contains(named, refusal.Message);
    }
}
