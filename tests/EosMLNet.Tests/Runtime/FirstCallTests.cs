using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tensors;
using Microsoft.ML;
using TorchSharp;

namespace EosMLNet.Tests.Runtime;

/// <summary>Whatever a program calls first, torch is loaded. TorchSharp alone does not load on hosts with an older libstdc++ (build/docs/adr/0005), so each call is the first one of a process.</summary>
public sealed class FirstCallTests : IDisposable
{
    private const string Argument = "--first";

    private static readonly Dictionary<string, Action<string>> Calls = new()
    {
        ["an image is processed"] = _ => ClipImageProcessor.Default(96).ToTensor([new RgbImage(96, 96, new byte[96 * 96 * 3])]).Dispose(),
        ["no image is processed"] = _ => ClipImageProcessor.Default(96).ToTensor([]).Dispose(),
        ["a checkpoint is read"] = model => ReadCheckpoint(model, (checkpoint, name) => checkpoint.Read(name, [.. checkpoint.ShapeOf(name)], torch.ScalarType.Float32, null!)),
        ["torch itself, behind the opening of a checkpoint"] = model => ReadCheckpoint(model, (checkpoint, name) => checkpoint.Read(name, [.. checkpoint.ShapeOf(name)], torch.ScalarType.Float32, torch.CPU)),
        ["a tensor's shape does not fit"] = model => ReadCheckpoint(model, (checkpoint, name) => checkpoint.Read(name, [1], torch.ScalarType.Float32, null!)),
        ["a safetensors file is read"] = ReadTensor,
        ["a safetensors file is written"] = _ => InTemporaryFolder(folder => SafetensorsWriter.Write(folder["none.safetensors"], [])),
        ["a plan with learned scores is saved"] = _ => InTemporaryFolder(folder => Learned().Save(folder["plan.json"])),
        ["a plan with learned scores is loaded"] = plan => Assert.NotNull(ReductionPlan.Load(plan).Parameters),
        ["a model is loaded"] = model => LlavaModel.Load(model).Dispose(),
        ["a device is asked for"] = _ => TorchDevice.Resolve("cpu"),
        ["a literal"] = _ => Scalars.Literal(0.5),
        ["a range"] = _ => Scalars.Arange(3).Dispose(),
        ["a constant"] = _ => Scalars.Full(1, [2], torch.ScalarType.Float32).Dispose(),
        ["the doctor"] = _ => Assert.NotNull(Doctor.Examine().LibTorchVersion),
        ["a search is made"] = model => new MLContext().VisionLanguage().OperatorSearch(model, 6),
        ["a model is loaded to answer"] = model => TorchProvider.Load(new MLContext().VisionLanguage().Builder("test", new AnswerOptions { ModelPath = model }).Request, ModelUse.Answer).Dispose(),
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_works_as_the_first_call(string call)
    {
        var input = Path.Combine(AppContext.BaseDirectory, "tiny-llava");
        if (call == "a plan with learned scores is loaded")
            Learned().Save(input = folder["plan.json"]);
        var (exitCode, output) = FreshProcess.Run([Argument, call, input]);
        Assert.True(exitCode == 0, output);
    }

    /// <summary>Called by the fresh process.</summary>
    /// <returns>Whether its arguments are meant for this.</returns>
    internal static bool Run(string[] arguments)
    {
        if (arguments is not [Argument, var call, var input])
            return false;
        Calls[call](input);
        return true;
    }

    private static void ReadCheckpoint(string folder, Func<Checkpoint, string, torch.Tensor> read)
    {
        using var checkpoint = Checkpoint.Open(folder);
        try
        {
            read(checkpoint, checkpoint.Names.First()).Dispose();
        }
        catch (EosException e) when (e.Code == EosErrors.TensorShape)
        {
        }
    }

    private static void ReadTensor(string folder)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        file.Read(file.Entries.Keys.First()).Dispose();
    }

    private static ReductionPlan Learned()
    {
        var model = new PlanModel
        {
            Family = "llava", Fingerprint = $"sha256:{new string('a', 64)}", Layers = 2, VisualTokens = 4, Grid = new VisualGrid(2, 2),
            HiddenSize = 4, IntermediateSize = 8, Heads = 2, KeyValueHeads = 2, HeadSize = 2,
        };
        return ReductionPlan.Create(model, [new ReductionSite { Layer = 0, Keep = 2, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 1 } }], new ScoreParameters { Probe = [1, 2, 3, 4] });
    }

    private static void InTemporaryFolder(Action<TemporaryFolder> use)
    {
        using var folder = new TemporaryFolder();
        use(folder);
    }

    public void Dispose() => folder.Dispose();
}
