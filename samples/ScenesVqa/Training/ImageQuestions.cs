using ScenesVqa.Questions;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>An image and what is asked about it.</summary>
/// <param name="Image">The image.</param>
/// <param name="Questions">What is asked.</param>
/// <param name="Labels">What a tower should tell about it, where the image was made here.</param>
/// <param name="Again">Asks anew in a stage of training, other questions for each number, where the image was made here.</param>
/// <param name="Seen">What the projector is given of it, (n, dv), where the tower stays as it is; null where the model looks.</param>
/// <param name="SeenAt">Which of the image's visual tokens those n stand for; null for all. Images of one batch have as many.</param>
internal sealed record ImageQuestions(
    RgbImage Image, IReadOnlyList<SceneQuestion> Questions, TowerLabels? Labels = null, Func<int, long, IReadOnlyList<SceneQuestion>>? Again = null,
    Tensor? Seen = null, IReadOnlyList<int>? SeenAt = null);
