using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Onnx;

namespace Benchmarks.Onnx;

/// <summary>Whether both engines give the same ids, question by question.</summary>
internal static class OnnxAgreement
{
    internal static OnnxAnswerRow Of(string name, ReducedModel reduced, OnnxModel onnx, VqaDataset data, int batchSize, int answerTokens)
    {
        var (different, widest, torchRight, onnxRight) = (0, 0.0, 0, 0);
        foreach (var some in data.Examples.Chunk(batchSize))
        {
            (IReadOnlyList<Visual>, string)[] rows = [.. some.Select(example => ((IReadOnlyList<Visual>)[data.Images[example.Images[0]]], example.Question))];
            using var scope = TorchSharp.torch.NewDisposeScope();
            using var batch = PromptBatch.Create(reduced.Model, rows, reduced.Plan);
            var (ofTorch, ofOnnx) = (reduced.Generate(batch, answerTokens).Ids, onnx.Generate(rows, answerTokens));
            for (var row = 0; row < some.Length; row++)
            {
                torchRight += Right(ofTorch[row], some[row].Answer);
                onnxRight += Right(ofOnnx[row].Ids, some[row].Answer);
                if (ofTorch[row].SequenceEqual(ofOnnx[row].Ids))
                    continue;
                different++;
                widest = Math.Max(widest, Gap(onnx, rows[row], ofTorch[row], ofOnnx[row].Ids));
            }
        }
        return new(name, data.Examples.Count, different, widest, Math.Round((double)torchRight / data.Examples.Count, 5), Math.Round((double)onnxRight / data.Examples.Count, 5));

        int Right(int[] ids, string answer) => AnswerComparison.IsCorrect(onnx.Processor!.Decode(ids), answer) ? 1 : 0;
    }

    // How far apart the logits of the two tokens are at which the answers part, by ONNX Runtime.
    private static double Gap(OnnxModel onnx, (IReadOnlyList<Visual> Images, string Question) row, int[] ofTorch, int[] ofOnnx)
    {
        var common = ofTorch.Zip(ofOnnx).TakeWhile(pair => pair.First == pair.Second).Count();
        var images = onnx.Encode([.. row.Images.Select(image => (image, row.Images.Count))]);
        using var run = onnx.Begin([onnx.Processor!.EncodePrompt(row.Question, row.Images)], images, common + 1, keepsLogits: true, default);
        foreach (var id in ofOnnx.Take(common))
            run.Add([id], default);
        var logits = run.Logits.OrderDescending().Take(2).ToArray(); // the second is the other engine's token, where they nearly tie
        return logits[0] - logits[1];
    }
}
