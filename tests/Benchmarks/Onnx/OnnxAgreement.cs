using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Onnx;

namespace Benchmarks.Onnx;

/// <summary>Whether both engines give the same ids, question by question.</summary>
internal static class OnnxAgreement
{
    /// <summary>Asks both engines.</summary>
    /// <param name="name">The plan's name.</param>
    /// <param name="subject">The model.</param>
    /// <param name="parts">The plan, and the questions; several where images of different sizes have plans of their own.</param>
    /// <param name="batchSize">Questions that are answered side by side.</param>
    /// <param name="answerTokens">The most tokens of an answer.</param>
    internal static OnnxAnswerRow Of(string name, OnnxSubject subject, IReadOnlyList<(ReductionPlan Plan, VqaDataset Questions)> parts, int batchSize, int answerTokens)
    {
        var (questions, different, widest, torchRight, onnxRight) = (0, 0, 0.0, 0, 0);
        foreach (var (plan, data) in parts)
        {
            using var reduced = new ReducedModel(subject.Model, plan);
            using var onnx = OnnxModel.Load(subject.Folder, plan);
            foreach (var some in data.Examples.Chunk(batchSize))
            {
                var rows = some.Select(example => RowOf(data, example)).ToArray();
                var (ofTorch, ofOnnx) = (OfTorch(reduced, rows, answerTokens), onnx.Generate(rows, answerTokens));
                for (var row = 0; row < some.Length; row++)
                {
                    torchRight += Right(onnx, ofTorch[row], some[row].Answer);
                    onnxRight += Right(onnx, ofOnnx[row].Ids, some[row].Answer);
                    if (ofTorch[row].SequenceEqual(ofOnnx[row].Ids))
                        continue;
                    different++;
                    widest = Math.Max(widest, Gap(onnx, rows[row], ofTorch[row], ofOnnx[row].Ids, subject.Model.EosTokenIds));
                }
            }
            questions += data.Examples.Count;
        }
        return new(subject.Name, name, questions, different, widest, Math.Round((double)torchRight / questions, 5), Math.Round((double)onnxRight / questions, 5));
    }

    /// <summary>A question with its images.</summary>
    internal static (IReadOnlyList<Visual> Images, string Question) RowOf(VqaDataset data, VqaExample example) => ([.. example.Images.Select(image => data.Images[image])], example.Question);

    /// <summary>Torch's answers.</summary>
    internal static IReadOnlyList<int[]> OfTorch(ReducedModel reduced, IReadOnlyList<(IReadOnlyList<Visual>, string)> rows, int answerTokens)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var batch = PromptBatch.Create(reduced.Model, rows, reduced.Plan);
        return reduced.Generate(batch, answerTokens).Ids;
    }

    private static int Right(OnnxModel onnx, int[] ids, string answer) => AnswerComparison.IsCorrect(onnx.Processor!.Decode(ids), answer) ? 1 : 0;

    // How far apart the logits of the two tokens are at which the answers part, by ONNX Runtime.
    private static double Gap(OnnxModel onnx, (IReadOnlyList<Visual> Images, string Question) row, int[] ofTorch, int[] ofOnnx, IReadOnlyList<int> ends)
    {
        var common = ofTorch.Zip(ofOnnx).TakeWhile(pair => pair.First == pair.Second).Count();
        var images = onnx.Encode([.. row.Images.Select(image => (image, row.Images.Count))]);
        using var run = onnx.Begin([onnx.Processor!.EncodePrompt(row.Question, row.Images)], images, common + 1, keepsLogits: true, default);
        foreach (var id in ofOnnx.Take(common))
            run.Add([id], default);
        return Math.Abs(Next(ofTorch) - Next(ofOnnx));

        // An answer that is no longer has ended.
        float Next(int[] ids) => common < ids.Length ? run.Logits[ids[common]] : ends.Max(end => run.Logits[end]);
    }
}
