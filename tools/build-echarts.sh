#!/usr/bin/env bash
# Builds the part of Apache ECharts that the portal uses into src/Portal/wwwroot/lib/echarts.min.js, with its licence beside it.
# Needs npm. The result is committed; run this again to change the version or the parts.
set -euo pipefail
cd "$(dirname "$0")/.."
echarts=6.1.0 esbuild=0.28.2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=$PWD/src/Portal/wwwroot/lib
npm install --prefix "$work" --no-save --no-audit --no-fund --silent "echarts@$echarts" "esbuild@$esbuild"
cat > "$work/entry.js" <<'JS'
export { init, use, registerLocale } from 'echarts/core';
import { use } from 'echarts/core';
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapContinuousComponent, VisualMapPiecewiseComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';
use([BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart, AriaComponent, DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapContinuousComponent, VisualMapPiecewiseComponent, CanvasRenderer]);
JS
mkdir -p "$target"
"$work/node_modules/.bin/esbuild" "$work/entry.js" --bundle --minify --format=esm --target=es2022 --legal-comments=none \
  --define:process.env.NODE_ENV='"production"' --outfile="$target/echarts.min.js" --log-level=warning
cp "$work/node_modules/echarts/LICENSE" "$target/echarts.LICENSE.txt"
cat "$work/node_modules/echarts/NOTICE" >> "$target/echarts.LICENSE.txt"
ls -l "$target"
