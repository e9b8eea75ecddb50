using EosMLNet.Data;
using ScenesVqa.Questions;
using ScenesVqa.Scenes;

namespace ScenesVqa.Training;

/// <summary>A picture and what is asked about it; the scene too, where the picture was drawn here.</summary>
internal sealed record PicturedQuestions(RgbImage Picture, IReadOnlyList<SceneQuestion> Questions, Scene? Scene = null);
