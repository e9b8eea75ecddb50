namespace ScenesVqa.Scenes;

/// <summary>One bar of the chart. Levels (0 … 5) are distinct within a chart; one level is four pixels.</summary>
public sealed record SceneBar(SceneColour Colour, int Level, Box Box);
