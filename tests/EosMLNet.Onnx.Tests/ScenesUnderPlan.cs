using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Onnx;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Onnx;

/// <summary>scenes-llava under a plan on both engines, and the same questions for each. Tensors live as long as it.</summary>
internal sealed class ScenesUnderPlan : IDisposable
{
    private static readonly string[] Questions = ["what colour is the circle", "how many red things are there", "is there a square", "what is the number"];

    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly IDisposable unrecorded = no_grad();
    private readonly VisionLanguageModel model;

    /// <param name="plan">The name of one of <see cref="PlanSamples"/>.</param>
    internal ScenesUnderPlan(string plan)
    {
        var folder = Repository.At("samples", "ScenesVqa", "scenes-llava");
        model = VisionLanguageModel.Load(folder, ModelDataType.Float32, use: ModelUse.Search);
        Reduced = new ReducedModel(model, PlanSamples.Of(plan, model.ToPlanModel()));
        Onnx = OnnxModel.Load(folder, Reduced.Plan, new OnnxOptions { Threads = 1 });
        Rows = [.. Questions.Select((question, i) => ((IReadOnlyList<Visual>)[SampleImages.Of(i, 96)], question))];
        Batch = PromptBatch.Create(model, Rows, Reduced.Plan);
        Encoded = [.. Rows.Zip(Onnx.Encode([.. Rows.Select(row => (row.Images[0], 1))]),
            (row, image) => (Onnx.Processor!.EncodePrompt(row.Question, row.Images), (IReadOnlyList<EncodedImage>)[image]))];
    }

    internal ReducedModel Reduced { get; }

    internal OnnxModel Onnx { get; }

    internal IReadOnlyList<(IReadOnlyList<Visual> Images, string Question)> Rows { get; }

    /// <summary>The rows for torch.</summary>
    internal PromptBatch Batch { get; }

    /// <summary>The rows for ONNX Runtime's engine.</summary>
    internal IReadOnlyList<(int[] Prompt, IReadOnlyList<EncodedImage> Images)> Encoded { get; }

    public void Dispose()
    {
        Batch.Dispose();
        Onnx.Dispose();
        Reduced.Dispose();
        model.Dispose();
        unrecorded.Dispose();
        scope.Dispose();
    }
}
