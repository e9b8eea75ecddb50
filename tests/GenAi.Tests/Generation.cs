using EosMLNet.Onnx;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace EosMLNet.Tests.GenAi;

/// <summary>A generator of ONNX Runtime GenAI behind a prompt, which takes the likeliest token each time.</summary>
internal sealed class Generation : IDisposable
{
    private readonly GeneratorParams settings;

    internal Generation(Model model, GenAiPrompt prompt, int room, int beams = 1)
    {
        settings = new GeneratorParams(model);
        settings.SetSearchOption("max_length", prompt.Ids.Length + room);
        settings.SetSearchOption("num_beams", beams);
        Generator = new Generator(model, settings);
        foreach (var input in prompt.Inputs)
        {
            using var tensor = new Tensor(input.Address, input.Shape, (ElementType)input.ElementType);
            Generator.SetModelInput(input.Name, tensor);
        }
        Generator.AppendTokens(prompt.Ids);
    }

    internal Generator Generator { get; }

    /// <summary>Adds tokens until the model ends its answer, at most so many.</summary>
    /// <returns>The new tokens, without the one that ends the answer.</returns>
    internal int[] Add(int count)
    {
        var start = Generator.GetSequence(0).Length;
        for (var i = 0; i < count && !Generator.IsDone(); i++)
            Generator.GenerateNextToken();
        return [.. Generator.GetSequence(0)[start..].ToArray().TakeWhile(id => id != 2)]; // all models here end answers with 2
    }

    public void Dispose()
    {
        Generator.Dispose();
        settings.Dispose();
    }
}
