using EosMLNet.Build.Exchange;
using EosMLNet.Search;
using EosMLNet.Tool.Build;

namespace EosMLNet.Tool.Tests.Build;

public sealed class BuildOptionsTests
{
    [Fact]
    public void Metadata_become_settings()
    {
        var options = Parse(("meanvisualtokens", "16"), ("LatencyFraction", "0.5"), ("LatencyMs", "7.5"), ("LatencyTextTokens", "20"), ("LatencyBatch", "4"), ("Steps", " 7 "), ("Objective", "unreducedmodel"), ("Sites", "0; 2"), ("Scores", "Probe,ClsAttention"),
            ("FrozenTemperature", "Infinity"), ("SnapToCorners", "False"), ("Seeds", "3"), ("MaxFamilyDrop", "0.1, colour=0.05"));
        Assert.Equal(16, options.Settings.Constraints.MeanVisualTokens);
        Assert.Equal((0.5, 7.5, 20, 4), (options.Settings.Constraints.LatencyFraction, options.Settings.Constraints.LatencyMs, options.Settings.Constraints.LatencyTextTokens, options.Settings.Constraints.LatencyBatch));
        Assert.Equal(7, options.Settings.Steps);
        Assert.Equal(SearchObjective.UnreducedModel, options.Settings.Objective);
        Assert.Equal([0, 2], options.Settings.Sites!);
        Assert.Equal(2, options.Settings.Scores!.Count);
        Assert.Equal(double.PositiveInfinity, options.Settings.Frozen.Temperature);
        Assert.False(options.Settings.SnapToCorners);
        Assert.Equal(3, options.Seeds);
        Assert.Equal((0.1, 0.05), (options.Gate.MaxFamilyDrops[""], options.Gate.MaxFamilyDrops["colour"]));
    }

    [Fact]
    public void Each_plan_of_a_front_has_the_key_that_the_others_give_it()
    {
        BuildOptions Of(string own)
        {
            var request = new BuildRequest();
            request.Add(BuildRequest.OptionPrefix + "MeanVisualTokens", "16;64;32");
            request.Add(BuildRequest.OptionPrefix + "Seeds", "2");
            request.Add(BuildRequest.OfFront, own);
            return BuildOptions.Parse(request);
        }
        string[] all = [.. Of("16").Front.Select(one => one.Canonical)];
        Assert.Equal(3, all.Distinct().Count());
        Assert.Equal(all, Of("64").Front.Select(one => one.Canonical));
        Assert.Equal(all, new[] { "64", "32", "16" }.Select(own => Of(own).Canonical));
        Assert.DoesNotContain(Parse(("MeanVisualTokens", "16"), ("Seeds", "2")).Canonical, all); // one search alone ends elsewhere
        Assert.All(Of("16").Front, one => Assert.Equal(2, one.Seeds));
    }

    [Theory]
    [InlineData("Steps", "many", "a whole number")]
    [InlineData("Steps", "1e3", "a whole number")]
    [InlineData("MeanVisualTokens", "1,5", "a number")]
    [InlineData("MeanVisualTokens", "NaN", "a number")]
    [InlineData("Objective", "1", "one of Answers")]
    [InlineData("Objective", "Beauty", "one of Answers")]
    [InlineData("Scores", "Probe,Taste", "one of ")]
    [InlineData("ImagePadding", "round", "one of Square, Crop")]
    [InlineData("ImagePadding", "1", "one of Square, Crop")]
    [InlineData("SoftForward", "yes", "true or false")]
    [InlineData("DataType", "float8", "one of Auto, Float32, BFloat16, Float16, Int8, Float64")]
    [InlineData("Format", "gguf", "one of MlNet, Onnx")]
    [InlineData("Weights", "int3", "one of Stored, Float16, Int8, Int4")]
    [InlineData("Seeds", "0", "at least 1")]
    [InlineData("MaxFamilyDrop", "colour=much", "a number")]
    [InlineData("MeanVisualToken", "16", "Expected one of")]
    public void What_cannot_be_read_is_refused(string name, string value, string expected)
    {
        var e = Assert.Throws<EosException>(() => Parse((name, value)));
        Assert.Equal(EosErrors.InvalidOption, e.Code);
        Assert.Contains(name, e.Message);
        Assert.Contains(expected, e.Message);
    }

    [Theory]
    [InlineData("MeanVisualTokens, MeanVisualShare, FinalVisualTokens, MacsRatio", false)]
    [InlineData("MeanVisualTokens is -1", false, "MeanVisualTokens", "-1")]
    [InlineData("expected LatencyTable", false, "LatencyMs", "3")]
    [InlineData("LatencyBatch is 0", true, "LatencyMs", "3", "LatencyBatch", "0")]
    [InlineData("MicroBatch is 0", false, "MacsRatio", "0.5", "MicroBatch", "0")]
    [InlineData("RecomputedLayers is 0", false, "MacsRatio", "0.5", "RecomputedLayers", "0")]
    [InlineData("FrozenTransfer is 2", false, "MacsRatio", "0.5", "FrozenTransfer", "2")]
    [InlineData("Sites is -1", false, "MacsRatio", "0.5", "Sites", "-1")]
    [InlineData("MaxNewTokens is 0", false, "MacsRatio", "0.5", "MaxNewTokens", "0")]
    [InlineData("PromptTemplate is '<image>'", false, "MacsRatio", "0.5", "PromptTemplate", "<image>")]
    [InlineData("Weights is Int8, but Format is MlNet", false, "MacsRatio", "0.5", "Weights", "int8")]
    [InlineData("DataType is Int8, which is torch's, but Format is Onnx", false, "MacsRatio", "0.5", "Format", "onnx", "DataType", "int8")]
    [InlineData("Engine is Torch, but Format is Onnx", false, "MacsRatio", "0.5", "Format", "onnx", "Engine", "torch")]
    [InlineData("AnswerBatchSize is 0", false, "MacsRatio", "0.5", "AnswerBatchSize", "0")]
    public void What_is_wrong_whatever_model_and_data_are_needs_neither(string why, bool hasTable, params string[] metadata)
    {
        var options = Parse([.. metadata.Chunk(2).Select(pair => (pair[0], pair[1]))]);
        var e = Assert.Throws<EosException>(() => options.Check(hasTable));
        Assert.Equal(EosErrors.InvalidOption, e.Code);
        Assert.Contains(why, e.Message);
    }

    [Fact]
    public void A_limit_on_latency_waits_for_the_table_that_the_item_names() => Parse(("LatencyMs", "3")).Check(hasLatencyTable: true);

    [Theory]
    [InlineData("DataType", "BFloat16")]
    [InlineData("MicroBatch", "2")]
    [InlineData("RecomputedLayers", "2")]
    [InlineData("MaxNewTokens", "32")]
    [InlineData("ImageCacheBytes", "1000")]
    [InlineData("Engine", "onnx")]
    [InlineData("Format", "onnx")]
    [InlineData("PromptTemplate", "<image>{question}")]
    [InlineData("SystemText", "Be brief.")]
    public void What_changes_plan_or_artifact_is_part_of_the_caches_key(string name, string value) => Assert.NotEqual(Parse((name, value)).Canonical, Parse().Canonical);

    [Fact]
    public void The_weights_of_a_folder_are_part_of_it_too() =>
        Assert.NotEqual(Parse(("Format", "onnx"), ("Weights", "int8")).Canonical, Parse(("Format", "onnx")).Canonical);

    [Fact]
    public void The_artifact_answers_as_the_item_says()
    {
        var found = Parse(("DataType", "bfloat16"), ("AnswerBatchSize", "3"), ("MaxNewTokens", "32"), ("ImageCacheBytes", "1000"), ("EmbedWeightsUpTo", "7")).Configured(new());
        Assert.Equal((Tensors.ModelDataType.BFloat16, 3, 32, 1000L, 7L), (found.DataType, found.AnswerBatchSize, found.MaxNewTokens, found.ImageCacheBytes, found.EmbedWeightsUpTo));
    }

    [Fact]
    public void Prompts_keep_the_white_space_at_their_ends_and_have_line_ends()
    {
        var found = Parse(("PromptTemplate", @" {system}<image>{question}\n"), ("SystemText", @"Be brief.\nBe right.")).Configured(new());
        Assert.Equal((" {system}<image>{question}\n", "Be brief.\nBe right."), (found.PromptTemplate, found.SystemText));
    }

    [Fact]
    public void The_same_values_written_otherwise_are_the_same_search_and_the_gate_is_no_part_of_it()
    {
        Assert.Equal(Parse(("LearningRate", "0.0150"), ("Steps", "200")).Canonical, Parse(("MaxAccuracyDrop", "0.1"), ("MinSpeedup", "2")).Canonical);
        Assert.NotEqual(Parse(("Steps", "301")).Canonical, Parse().Canonical);
        Assert.NotEqual(Parse(("Seeds", "2")).Canonical, Parse().Canonical);
    }

    [Fact]
    public void Padding_is_a_part_of_the_search_and_Square_is_what_nobody_has_to_say()
    {
        Assert.Null(Parse().ImagePadding);
        Assert.Equal(ImagePadding.Crop, Parse(("imagepadding", " crop ")).ImagePadding);
        Assert.Equal(Parse(("ImagePadding", "Square")).Canonical, Parse().Canonical);
        Assert.NotEqual(Parse(("ImagePadding", "Crop")).Canonical, Parse().Canonical);
    }

    private static BuildOptions Parse(params (string Name, string Value)[] metadata)
    {
        var request = new BuildRequest();
        foreach (var (name, value) in metadata)
            request.Add(BuildRequest.OptionPrefix + name, value);
        return BuildOptions.Parse(request);
    }
}
