using ScenesVqa.Questions;
using ScenesVqa.Scenes;

namespace ScenesVqa.Training;

/// <summary>An image and what is asked about it; the scene too, where the image was drawn here.</summary>
internal sealed record ImageQuestions(RgbImage Image, IReadOnlyList<SceneQuestion> Questions, Scene? Scene = null);
