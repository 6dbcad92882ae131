"use strict";
/* The panel: looks up the plan that was made for the values of its knobs. */
tokencost.panels = (() => {
  const { charts } = tokencost;
  const MODEL = 0, FAMILY = 1, FEASIBLE = 2, SAYS = 3, WHY = 4, ASSET = 5, MONTH = 6, P95 = 7, REPLICAS = 8;
  const ASSET_TEXT = 9, MONTH_TEXT = 10, P95_TEXT = 11, FLEET_TEXT = 12;

  const cell = (text, kind = "td", figure = false) => {
    const made = document.createElement(kind);
    if (kind === "th") made.scope = "row";
    if (figure) made.className = "figure";
    made.textContent = text;
    return made;
  };

  const begin = (section, data) => {
    const inputs = [...section.querySelectorAll("input[type=range]")];
    const canvas = section.querySelector("canvas");
    let along = Math.max(0, data.knobs.findIndex((knob) => knob.values.length > 1));
    canvas.id = `${section.dataset.panel}-chart`;

    const places = () => inputs.map((input) => Number(input.value));
    const planAt = (at) => {
      const [flags, rows] = data.plans[at.reduce((place, value, n) => place * data.knobs[n].values.length + value, 0)];
      return { flags, rows: rows.map((place) => data.rows[place]) };
    };

    const table = (rows) => rows.flatMap((row) => {
      const line = document.createElement("tr");
      line.append(cell(`${row[FEASIBLE] ? "✔" : "✘"} ${row[MODEL]}`, "th"), cell(row[FAMILY]));
      [P95_TEXT, FLEET_TEXT, ASSET_TEXT, MONTH_TEXT].forEach((place) => line.append(cell(row[place], "td", true)));
      if (!row[WHY]) return [line];
      const below = document.createElement("tr");
      const why = cell(row[WHY]);
      below.className = "remarks";
      why.colSpan = 6;
      below.append(why);
      return [line, below];
    });

    const curve = () => {
      const at = places();
      const knob = data.knobs[along];
      const plans = knob.values.map((_, place) => planAt(at.map((value, n) => (n === along ? place : value))));
      const families = [...new Set(plans.flatMap((plan) => plan.rows.map((row) => row[FAMILY])))].sort();
      const rowOf = (plan, name) => plan.rows.find((row) => row[FAMILY] === name);
      charts.draw(canvas, {
        config: {
          type: "line",
          data: {
            labels: knob.texts,
            datasets: families.map((name) => ({
              label: name,
              data: plans.map((plan) => rowOf(plan, name)[ASSET]),
              borderColor: charts.color(`c${charts.family(name)}`),
              pointStyle: charts.shapes[charts.family(name)],
              pointRadius: 5,
              pointBackgroundColor: plans.map((plan) => (rowOf(plan, name)[FEASIBLE]
                ? charts.color(`c${charts.family(name)}`) : charts.color("paper"))),
              borderWidth: 1.5,
            })),
          },
          options: {
            ...charts.common({
              label: (item) => {
                const row = rowOf(plans[item.dataIndex], item.dataset.label);
                return `${row[MODEL]}: ${row[ASSET_TEXT]}${row[FEASIBLE] ? "" : ", breaks a limit"}`;
              },
            }, { interaction: { mode: "index" } }),
            scales: {
              x: charts.axis(`${knob.name} (filled: keeps every limit)`),
              y: charts.decades("$ per asset", charts.dollars),
            },
          },
        },
      });
      canvas.setAttribute("aria-label", `Cost per asset of every family along ${knob.name}. Arrow keys read the points.`);
    };

    const show = () => {
      const at = places();
      const { flags, rows } = planAt(at);
      inputs.forEach((input, n) => {
        const text = data.knobs[n].texts[at[n]] + (at[n] === data.knobs[n].start ? " (spec)" : "");
        input.previousElementSibling.querySelector("output").textContent = text;
        input.setAttribute("aria-valuetext", text);
      });
      const [best] = rows;
      section.querySelector(".result").textContent = best && best[FEASIBLE] ? best[SAYS] : "No candidate keeps every limit.";
      section.querySelector("tbody").replaceChildren(...table(rows));
      section.querySelector(".command").textContent = data.command + flags;
      curve();
    };

    section.hidden = false;
    inputs.forEach((input, n) => {
      input.value = String(data.knobs[n].start);
      input.addEventListener("input", show);
    });
    section.querySelector(".reset").addEventListener("click", () => {
      inputs.forEach((input, n) => { input.value = String(data.knobs[n].start); });
      show();
    });
    const names = data.knobs.map((knob, n) => [String(n), knob.name]);
    charts.buttons(section.querySelector(".choices"), names, String(along), (name) => {
      along = Number(name);
      curve();
    });
    charts.readable(canvas);
    charts.also(curve);
    show();
    section.tokencost = { planAt, places };
  };

  return {
    start() {
      for (const section of document.querySelectorAll("[data-panel]")) {
        begin(section, tokencost.data.panels[section.dataset.panel]);
      }
    },
  };
})();
