using ScenesVqa;

namespace WebApiLoad;

/// <summary>A question about a scene.</summary>
/// <param name="Picture">A PNG file.</param>
/// <param name="Question">The question.</param>
/// <param name="Truth">What is right, whatever the model says.</param>
internal sealed record Asked(byte[] Picture, string Question, string Truth)
{
    /// <summary>Questions about as many scenes, none of which the model was trained on.</summary>
    public static Asked[] Draw(int count) => [.. DatasetWriter.Distinct(seed: 4711).Take(count).Select((scene, i) =>
    {
        var question = scene.Questions[i % scene.Questions.Count];
        return new Asked(DatasetWriter.EncodePng(scene.Scene), question.Text, question.Answer);
    })];
}
