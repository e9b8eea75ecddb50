namespace Architecture.Tests;

/// <summary>
/// Arrows between the folders of each project, as compiled: no cycles. A table lists all of them: what is not in it is not allowed, and what
/// is not there any more leaves it.
/// </summary>
public class FolderTests
{
    private const string Plans = """
        Files   -> Errors
        Plans   -> Errors, Files, Sites
        Presets -> Errors, Plans, Sites
        Latency -> Errors, Files, Plans, Sites
        """;

    // Processors has the one list of families' prompts.
    private const string Checkpoints = """
        Configs    -> Weights, Images                # a config checks its weights, and reads its image processor
        Prompts    -> Templates
        Images     -> Prompts                        # an image tells what it is in a prompt
        Processors -> Configs, Images, Prompts, Templates, Tokenizers, Families/Llava, Families/LlavaNext, Families/LlavaOneVision, Families/QwenVl
        Datasets   -> Images, Processors, Videos
        Videos     -> Images
        Families/Llava          -> Configs, Images, Prompts
        Families/LlavaNext      -> Configs, Images, Prompts, Families/Llava
        Families/LlavaOneVision -> Configs, Images, Prompts, Families/Llava
        Families/QwenVl         -> Configs, Images, Prompts
        Evaluation -> Datasets
        """;

    private const string Onnx = """
        Operator -> Graphs
        Models   -> Graphs, Operator, Weights
        Sessions -> Graphs, Models, Operator
        Families -> Sessions, Weights
        Families/Llava          -> Families, Graphs, Models, Operator, Sessions, Weights
        Families/LlavaNext      -> Families/Llava
        Families/LlavaOneVision -> Families/Llava
        Families/QwenVl         -> Families, Graphs, Models, Sessions, Weights
        Export   -> Families, Models, Sessions, Weights
        GenAi    -> Export, Families, Models, Sessions
        Queue    -> Sessions
        """;

    private const string Core = """
        Tensors    -> LibTorch
        Operator   -> Tensors
        Models     -> LibTorch, Tensors, Operator    # the encoder drives the sites in the tower: VisionSequence
        Models/Llava          -> Models, Operator
        Models/LlavaNext      -> Models/Llava
        Models/LlavaOneVision -> Models, Models/Llava
        Models/QwenVl         -> Models, Tensors
        Execution  -> Models, Operator, Tensors
        Evaluation -> Models, Execution, Evaluation/Benchmarks
        Evaluation/Benchmarks -> Models
        Latency    -> LibTorch, Tensors, Models, Operator, Execution, Evaluation
        Search     -> Tensors, Models, Operator, Execution, Evaluation, Latency
        """;

    private const string Answering = """
        Onnx        -> Engines
        Persistence -> Engines, Internals
        Answering   -> Engines, Internals, Persistence
        Evaluation  -> Internals
        Catalog     -> Answering, Evaluation, Internals
        """;

    private const string MlNet = """
        Searching -> Internals, Torch
        Catalog   -> Searching
        """;

    private const string Cluster = """
        Storage -> Jobs, Silos
        Grains  -> Jobs, Silos, Storage
        Work    -> Jobs, Silos, Storage, Grains
        """;

    private const string Tool = """
        Ask      -> CommandLine
        Cluster  -> CommandLine
        Completion -> CommandLine
        Doctor   -> CommandLine
        Evaluate -> CommandLine
        Forward  -> CommandLine
        Inspect  -> CommandLine
        Interpolate -> CommandLine
        Signing  -> CommandLine
        Presets  -> CommandLine, Search
        Export   -> CommandLine
        Search   -> CommandLine
        Report   -> CommandLine, Evaluate, Report/Contents, Report/Page
        Report/Contents -> Evaluate
        Report/Page -> Evaluate, Report/Contents
        Build    -> CommandLine, Report, Report/Contents, Search, Build/Exchange
        """;

    public static TheoryData<string, string, string> Tables => new()
    {
        { "EosMLNet.Plans", "EosMLNet.Plans", Plans },
        { "EosMLNet.Checkpoints", "EosMLNet.Checkpoints", Checkpoints },
        { "EosMLNet.Onnx", "EosMLNet.Onnx", Onnx },
        { "EosMLNet.Extensions.AI", "EosMLNet.Extensions.AI", "" },
        { "EosMLNet.Core", "EosMLNet.Core", Core },
        { "EosMLNet.Answering", "EosMLNet.Answering", Answering },
        { "EosMLNet", "EosMLNet", MlNet },
        { "EosMLNet.Cluster", "EosMLNet.Cluster", Cluster },
        { "EosMLNet.Tool", "eos", Tool },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Folders_use_only_what_they_may_and_never_in_a_circle(string project, string assembly, string table)
    {
        using var product = new Product(project, assembly);
        // Those of Protos are made of onnx.proto.
        Assert.DoesNotContain(product.TypesOfNoFile, type => !type.StartsWith("EosMLNet.Onnx.Protos.", StringComparison.Ordinal));
        var allowed = Layers.Read(table);
        var found = product.Arrows();
        AssertNone(found.Where(arrow => allowed.GetValueOrDefault(arrow.Key.From)?.Contains(arrow.Key.To) != true)
            .Select(arrow => $"{arrow.Key.From} -> {arrow.Key.To} is not allowed: {arrow.Value}"));
        AssertNone(allowed.SelectMany(line => line.Value.Select(to => (From: line.Key, To: to))).Where(arrow => !found.ContainsKey(arrow))
            .Select(arrow => $"{arrow.From} -> {arrow.To} is there no more"));
        Assert.Empty(Layers.Cycles(allowed));
    }

    private static void AssertNone(IEnumerable<string> wrong) =>
        Assert.True(!wrong.Any(), string.Join("\n", wrong.Order(StringComparer.Ordinal)));
}
